package streamer.run;

/**
 * How much memory direct buffers may hold together ({@code -XX:MaxDirectMemorySize}), which is internal to the JDK,
 * hence {@code Add-Exports: java.base/jdk.internal.misc} in the jar's manifest.
 */
final class DirectMemory {
    private DirectMemory() {}

    /** The bytes that are allowed; where the JDK does not tell, what it allows by default. */
    static long maxBytes() {
        try {
            var method = Class.forName("jdk.internal.misc.VM").getMethod("maxDirectMemory");
            return (long) method.invoke(null);
        } catch (ReflectiveOperationException e) {
            return Runtime.getRuntime().maxMemory();
        }
    }
}
