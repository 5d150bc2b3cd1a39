import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;

import kafka.server.KafkaConfig;

import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Says of values of configs whether stock Kafka takes them. It reads lines of a kind (broker or
 * topic), a name and a value, with tabs between them, and answers each with a line: "taken", or why
 * not. A broker's value is judged as one that the broker is started with.
 */
public final class ConfigBounds {
    private static final Map<String, String> STARTED_WITH = Map.of(
        "process.roles", "broker,controller",
        "node.id", "1",
        "controller.quorum.voters", "1@127.0.0.1:10001",
        "listeners", "PLAINTEXT://127.0.0.1:10000,CONTROLLER://127.0.0.1:10001",
        "controller.listener.names", "CONTROLLER",
        "advertised.listeners", "PLAINTEXT://127.0.0.1:10000");

    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        // What the classes log is not an answer.
        System.setOut(System.err);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            String[] parts = line.split("\t", 3);
            out.println(judge(parts[0], parts[1], parts[2]).replace('\n', ' '));
        }
        out.flush();
    }

    private static String judge(String kind, String name, String value) {
        try {
            if (kind.equals("topic")) {
                LogConfig.validate(Map.of(name, value));
            } else {
                var properties = new Properties();
                properties.putAll(STARTED_WITH);
                properties.setProperty(name, value);
                KafkaConfig.fromProps(properties, false);
            }
            return "taken";
        } catch (RuntimeException refused) {
            return String.valueOf(refused.getMessage());
        }
    }
}
