//! Plots as SVG, for the report: bars with their spread, and latency by percentile.

use std::fmt::Write as _;

const WIDTH: f64 = 760.0;
const BAR_HEIGHT: f64 = 22.0;
const LABEL_WIDTH: f64 = 230.0;

/// One bar: the median, and the lowest and highest turn.
pub struct Bar {
    pub label: String,
    pub color: &'static str,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// The value as it is written beside the bar.
    pub text: String,
}

/// Horizontal bars on one scale from zero.
pub fn bars(bars: &[Bar]) -> String {
    let most = bars.iter().map(|bar| bar.high).fold(f64::MIN_POSITIVE, f64::max);
    // The number beside the longest bar needs room too.
    let scale = |value: f64| value / most * (WIDTH - LABEL_WIDTH - 110.0);
    let height = BAR_HEIGHT * bars.len() as f64 + 8.0;
    let mut svg = open(WIDTH, height);
    for (index, bar) in bars.iter().enumerate() {
        let (top, middle) =
            (BAR_HEIGHT * index as f64 + 4.0, BAR_HEIGHT * (index as f64 + 0.5) + 4.0);
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{LABEL_WIDTH}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{}\"/>\
             <path d=\"M{:.1} {middle:.1}H{:.1}\" stroke=\"#000\" stroke-opacity=\".45\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            LABEL_WIDTH - 8.0,
            middle + 4.0,
            escape(&bar.label),
            top + 2.0,
            scale(bar.value).max(1.0),
            BAR_HEIGHT - 6.0,
            bar.color,
            LABEL_WIDTH + scale(bar.low),
            LABEL_WIDTH + scale(bar.high),
            LABEL_WIDTH + scale(bar.high) + 8.0,
            middle + 4.0,
            escape(&bar.text),
        );
    }
    svg + "</svg>"
}

/// One line of latencies: (quantile, milliseconds), rising.
pub struct Curve {
    pub label: String,
    pub color: &'static str,
    pub points: Vec<(f64, f64)>,
}

const PLOT_HEIGHT: f64 = 280.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 36.0;
const BOTTOM: f64 = 34.0;
/// The percentile axis shows as many nines as a run of seconds has requests for.
const NINES: f64 = 4.0;

/// Latency by percentile, both axes logarithmic: one more nine is one step to the right.
pub fn percentiles(curves: &[Curve]) -> String {
    let values = || curves.iter().flat_map(|curve| curve.points.iter().map(|point| point.1));
    let low = values().fold(f64::INFINITY, f64::min).max(0.001).log10().floor();
    let high = values().fold(0.01, f64::max).log10().ceil().max(low + 1.0);
    let x = |quantile: f64| {
        let nines = -(1.0 - quantile).max(10f64.powf(-NINES)).log10();
        LEFT + nines / NINES * (WIDTH - LEFT - RIGHT)
    };
    let y = |ms: f64| {
        let share = (ms.max(0.001).log10() - low) / (high - low);
        (PLOT_HEIGHT - BOTTOM) * (1.0 - share) + 8.0
    };
    let mut svg = open(WIDTH, PLOT_HEIGHT + 20.0 * curves.len() as f64);
    grid(&mut svg, (low as i32, high as i32), &x, &y);
    for (index, curve) in curves.iter().enumerate() {
        let points: Vec<String> = curve
            .points
            .iter()
            .map(|(quantile, ms)| format!("{:.1},{:.1}", x(*quantile), y(*ms)))
            .collect();
        let top = PLOT_HEIGHT + 20.0 * index as f64;
        let _ = write!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>\
             <rect x=\"{LEFT}\" y=\"{top:.1}\" width=\"14\" height=\"10\" fill=\"{color}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            points.join(" "),
            LEFT + 20.0,
            top + 10.0,
            escape(&curve.label),
            color = curve.color,
        );
    }
    svg + "</svg>"
}

fn grid(
    svg: &mut String,
    (low, high): (i32, i32),
    x: &impl Fn(f64) -> f64,
    y: &impl Fn(f64) -> f64,
) {
    for power in low..=high {
        let ms = 10f64.powi(power);
        let at = y(ms);
        let _ = write!(
            svg,
            "<path d=\"M{LEFT} {at:.1}H{:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{ms} ms</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            at + 4.0,
        );
    }
    for quantile in [0.0, 0.5, 0.9, 0.99, 0.999, 0.9999] {
        let at = x(quantile);
        let _ = write!(
            svg,
            "<path d=\"M{at:.1} 8V{:.1}\" stroke=\"#eee\"/>\
             <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            PLOT_HEIGHT - BOTTOM + 8.0,
            PLOT_HEIGHT - BOTTOM + 24.0,
            percent(quantile),
        );
    }
}

fn percent(quantile: f64) -> String {
    let digits = format!("{:.2}", quantile * 100.0);
    format!("{}%", digits.trim_end_matches('0').trim_end_matches('.'))
}

fn open(width: f64, height: f64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">"
    )
}

/// Text as it may stand in HTML and SVG.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(f64, f64)]) -> Curve {
        Curve { label: "a <broker>".into(), color: "#123456", points: points.to_vec() }
    }

    #[test]
    fn more_nines_are_further_right_and_more_latency_is_higher() {
        let svg = percentiles(&[curve(&[(0.5, 1.0), (0.99, 10.0), (0.999, 100.0)])]);
        let points = svg.split("points=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let points: Vec<(f64, f64)> = points
            .split(' ')
            .map(|point| point.split_once(',').unwrap())
            .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
            .collect();
        assert!(points.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 > pair[1].1));
        assert!(svg.contains("a &lt;broker&gt;"), "labels are escaped");
    }

    #[test]
    fn a_curve_with_the_last_request_stays_inside() {
        let svg = percentiles(&[curve(&[(0.5, 0.0), (1.0, 5.0)])]);
        assert!(!svg.contains("inf") && !svg.contains("NaN"), "{svg}");
    }

    #[test]
    fn bars_share_one_scale() {
        let bar = |value: f64| Bar {
            label: "b".into(),
            color: "#000",
            value,
            low: value,
            high: value,
            text: String::new(),
        };
        let svg = bars(&[bar(10.0), bar(5.0)]);
        let widths: Vec<f64> = svg
            .split("<rect ")
            .skip(1)
            .map(|rect| rect.split("width=\"").nth(1).unwrap().split('"').next().unwrap())
            .map(|width| width.parse().unwrap())
            .collect();
        assert!((widths[0] - 2.0 * widths[1]).abs() < 0.2, "{widths:?}");
    }
}
