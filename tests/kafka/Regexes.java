import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * What RE2/J, with which Kafka reads the expressions of consumer groups, makes of each line of
 * standard input: "!" if it refuses it, "*" if it matches all topic names in the arguments, else
 * those that it matches.
 */
public final class Regexes {
    public static void main(String[] names) throws Exception {
        var input = new InputStreamReader(System.in, StandardCharsets.UTF_8);
        var lines = new BufferedReader(input);
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String regex = lines.readLine(); regex != null; regex = lines.readLine()) {
            out.println(regex + "\t" + verdict(regex, names));
        }
    }

    private static String verdict(String regex, String[] names) {
        Pattern pattern;
        try {
            pattern = Pattern.compile(regex);
        } catch (PatternSyntaxException refused) {
            return "!";
        } catch (RuntimeException failed) {
            return "?" + failed.getClass().getSimpleName();
        }
        List<String> matched = new ArrayList<>();
        for (String name : names) {
            if (pattern.matcher(name).matches()) {
                matched.add(name);
            }
        }
        return matched.size() == names.length ? "*" : String.join(" ", matched);
    }
}
