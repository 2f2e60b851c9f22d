package streamer.run;

import java.lang.reflect.Method;
import java.nio.channels.Channel;

/**
 * Numbers of descriptors, which are internal to the JDK, hence {@code Add-Exports: java.base/sun.nio.ch} in the jar's
 * manifest.
 */
final class Descriptors {
    private static final Method NUMBER = method();

    private Descriptors() {}

    private static Method method() {
        try {
            return Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal");
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this JDK has no numbers for descriptors", e);
        }
    }

    /** The number of a channel's descriptor. */
    static int number(Channel channel) {
        try {
            return (int) NUMBER.invoke(channel);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("needs --add-exports java.base/sun.nio.ch=ALL-UNNAMED", e);
        }
    }
}
