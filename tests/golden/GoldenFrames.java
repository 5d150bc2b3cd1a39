import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Writes every request and response that a broker's listener knows, in its lowest and its highest
 * version, as Kafka encodes it: one line each of API, version, direction, variant and hexadecimal
 * bytes, without header and length.
 *
 * <p>Variants: "full" has a value in every field that the version can carry; "null" has null wherever
 * that is allowed; "default" is a new message, untouched.
 */
public final class GoldenFrames {
    /** Not fields: they chain the elements of Kafka's hashed collections. */
    private static final Set<String> LINKS = Set.of("setPrev", "setNext");

    private final short version;
    private final boolean nulls;
    private int counter;

    private GoldenFrames(short version, boolean nulls) {
        this.version = version;
        this.nulls = nulls;
    }

    public static void main(String[] args) throws Exception {
        try (PrintStream out = new PrintStream(
                Files.newOutputStream(Path.of(args[0])), false, StandardCharsets.UTF_8)) {
            for (ApiMessageType api : ApiMessageType.values()) {
                boolean removed = api.lowestSupportedVersion() > api.highestSupportedVersion(true);
                if (removed || !api.listeners().contains(ApiMessageType.ListenerType.BROKER)) {
                    continue;
                }
                short lowest = api.lowestSupportedVersion();
                short highest = api.highestSupportedVersion(true);
                writeVersion(out, api, lowest);
                if (highest != lowest) {
                    writeVersion(out, api, highest);
                }
            }
        }
    }

    private static void writeVersion(PrintStream out, ApiMessageType api, short version)
            throws Exception {
        for (boolean request : new boolean[] {true, false}) {
            for (String variant : List.of("full", "null", "default")) {
                Message message = request ? api.newRequest() : api.newResponse();
                if (!variant.equals("default")) {
                    new GoldenFrames(version, variant.equals("null")).fill(message);
                }
                out.printf("%s %d %s %s %s%n", api.name, version,
                    request ? "request" : "response", variant, HexFormat.of().formatHex(
                        encode(message, version)));
            }
        }
    }

    private static byte[] encode(Message message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(buffer), cache, version);
        if (buffer.hasRemaining()) {
            throw new IllegalStateException(message.getClass() + " is shorter than its size");
        }
        return buffer.array();
    }

    /** Whether the version can carry what the message holds, and hashed collections can hold it. */
    private boolean fits(Message message) {
        try {
            encode(message, version);
            message.hashCode();
            return true;
        } catch (RuntimeException unsupported) {
            return false;
        }
    }

    /** Sets every field, but leaves those at their default whose value the version refuses. */
    private void fill(Message message) throws Exception {
        List<Method> setters = new ArrayList<>();
        for (Method method : message.getClass().getDeclaredMethods()) {
            boolean setter = method.getName().startsWith("set") && method.getParameterCount() == 1;
            if (setter && !method.isSynthetic() && !LINKS.contains(method.getName())) {
                setters.add(method);
            }
        }
        setters.sort(Comparator.comparing(Method::getName));
        for (Method setter : setters) {
            Object before = getter(message, setter).invoke(message);
            set(message, setter, value(setter.getGenericParameterTypes()[0]), before);
            if (nulls && !setter.getParameterTypes()[0].isPrimitive()) {
                Object filled = getter(message, setter).invoke(message);
                set(message, setter, null, filled);
            }
        }
    }

    private void set(Message message, Method setter, Object value, Object otherwise)
            throws Exception {
        try {
            setter.invoke(message, value);
        } catch (InvocationTargetException outOfRange) {
            // A field of 16 unsigned bits is an int here.
            setter.invoke(message, 40_000 + counter);
        }
        if (!fits(message)) {
            setter.invoke(message, otherwise);
        }
    }

    private static Method getter(Message message, Method setter) throws Exception {
        String name = setter.getName().substring(3);
        return message.getClass().getMethod(
            Character.toLowerCase(name.charAt(0)) + name.substring(1));
    }

    private Object value(Type type) throws Exception {
        counter++;
        if (type == boolean.class) {
            return counter % 2 == 0;
        } else if (type == byte.class || type == Byte.class) {
            return (byte) (counter % 100 + 1);
        } else if (type == short.class || type == Short.class) {
            return (short) (300 + counter);
        } else if (type == int.class || type == Integer.class) {
            return 70_000 + counter;
        } else if (type == long.class || type == Long.class) {
            return 3_000_000_000L + counter;
        } else if (type == double.class) {
            return 0.5 + counter;
        } else if (type == String.class) {
            return "text-" + counter;
        } else if (type == Uuid.class) {
            return new Uuid(0x0102030405060708L + counter, counter);
        } else if (type == byte[].class) {
            return bytes();
        } else if (type == ByteBuffer.class) {
            return ByteBuffer.wrap(bytes());
        } else if (type instanceof ParameterizedType list) {
            Type element = list.getActualTypeArguments()[0];
            return new ArrayList<>(Arrays.asList(value(element), value(element)));
        }
        return object((Class<?>) type);
    }

    private byte[] bytes() {
        // Longer than 127 now and then: then a compact length takes two bytes.
        byte[] bytes = new byte[counter % 3 == 0 ? 200 : 3];
        Arrays.fill(bytes, (byte) counter);
        return bytes;
    }

    @SuppressWarnings("unchecked")
    private Object object(Class<?> type) throws Exception {
        if (type.isAssignableFrom(MemoryRecords.class)) {
            byte[] value = ("value-" + counter).getBytes(StandardCharsets.UTF_8);
            return MemoryRecords.withRecords(
                Compression.NONE, new SimpleRecord(1_700_000_000_000L, value));
        }
        Object made = type.getDeclaredConstructor().newInstance();
        if (made instanceof Message message) {
            fill(message);
        } else {
            Type element = ((ParameterizedType) type.getGenericSuperclass())
                .getActualTypeArguments()[0];
            Collection<Object> elements = (Collection<Object>) made;
            elements.add(value(element));
            elements.add(value(element));
        }
        return made;
    }
}
