import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Utils;

/**
 * Runs stock Kafka's command-line tools one after the other in one JVM, because starting a JVM
 * costs about a second each. It reads calls from standard input and writes results to standard
 * output; integers are big-endian, strings and byte arrays have a length before them.
 *
 * <p>call: main class, time limit in ms, number of arguments, arguments, bytes of standard input.
 * result: exit code (124 past the time limit), bytes of standard output, bytes of standard error.
 */
public final class ToolRunner {
    private static final int TIMED_OUT = 124;

    /** What a tool prints goes to the call that runs it, even from an earlier one's loggers. */
    private static final class Redirect extends OutputStream {
        private ByteArrayOutputStream target = new ByteArrayOutputStream();

        @Override
        public synchronized void write(int b) {
            target.write(b);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            target.write(bytes, offset, length);
        }

        synchronized byte[] take() {
            byte[] bytes = target.toByteArray();
            target = new ByteArrayOutputStream();
            return bytes;
        }
    }

    private static final class ExitError extends Error {
        ExitError(int code) {
            super("exit " + code, null, false, false);
        }
    }

    /** Prints, for a number of partitions and keys, the partition that Kafka's producer chooses. */
    public static final class KeyPartitions {
        public static void main(String[] args) {
            int partitions = Integer.parseInt(args[0]);
            for (int i = 1; i < args.length; i++) {
                byte[] key = args[i].getBytes(StandardCharsets.UTF_8);
                int partition = Utils.toPositive(Utils.murmur2(key)) % partitions;
                System.out.println(args[i] + " " + partition);
            }
        }
    }

    private final Redirect out = new Redirect();
    private final Redirect err = new Redirect();

    public static void main(String[] args) throws Exception {
        DataInputStream calls = new DataInputStream(new FileInputStream(FileDescriptor.in));
        DataOutputStream results = new DataOutputStream(new FileOutputStream(FileDescriptor.out));
        ToolRunner runner = new ToolRunner();
        System.setOut(new PrintStream(runner.out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(runner.err, true, StandardCharsets.UTF_8));
        try {
            while (true) {
                runner.serve(calls, results);
            }
        } catch (EOFException end) {
            Runtime.getRuntime().halt(0);
        }
    }

    private void serve(DataInputStream calls, DataOutputStream results) throws Exception {
        String tool = string(calls);
        int limitMs = calls.readInt();
        String[] arguments = new String[calls.readInt()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = string(calls);
        }
        System.setIn(new ByteArrayInputStream(bytes(calls)));
        int code = run(tool, arguments, limitMs);
        System.out.flush();
        System.err.flush();
        results.writeInt(code);
        write(results, out.take());
        write(results, err.take());
        results.flush();
    }

    private int run(String tool, String[] arguments, int limitMs) throws Exception {
        AtomicReference<Integer> code = new AtomicReference<>();
        Exit.Procedure leave = (status, message) -> {
            // The first exit counts: some tools catch what is thrown here, and exit again.
            if (code.compareAndSet(null, status) && message != null) {
                System.err.println(message);
            }
            throw new ExitError(status);
        };
        Exit.setExitProcedure(leave);
        Exit.setHaltProcedure(leave);
        // The console producer sends what it has read in such a hook.
        List<Runnable> hooks = new CopyOnWriteArrayList<>();
        Exit.setShutdownHookAdder((name, hook) -> hooks.add(hook));
        reset(tool);
        Thread thread = new Thread(() -> {
            try {
                var main = Class.forName(tool).getMethod("main", String[].class);
                main.invoke(null, (Object) arguments);
                code.compareAndSet(null, 0);
            } catch (Throwable thrown) {
                Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
                if (code.compareAndSet(null, 1)) {
                    cause.printStackTrace();
                }
            }
            hooks.forEach(Runnable::run);
        }, "tool");
        thread.setDaemon(true);
        thread.start();
        thread.join(limitMs);
        if (thread.isAlive()) {
            thread.interrupt();
            thread.join(2000);
            return TIMED_OUT;
        }
        return code.get();
    }

    /** The console consumer counts its messages in a static field, which a new process has at 0. */
    private static void reset(String tool) {
        try {
            Field count = Class.forName(tool).getDeclaredField("messageCount");
            count.setAccessible(true);
            count.setInt(null, 0);
        } catch (ReflectiveOperationException absent) {
            // This tool keeps no such count.
        }
    }

    private static String string(DataInputStream in) throws Exception {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(DataInputStream in) throws Exception {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return bytes;
    }

    private static void write(DataOutputStream out, byte[] bytes) throws Exception {
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
