package streamer.process;

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
            var type = Class.forName("sun.nio.ch.SelChImpl");
            if (!type.getModule().isExported(type.getPackageName(), Descriptors.class.getModule())) {
                throw new LinkageError("needs --add-exports java.base/sun.nio.ch=ALL-UNNAMED");
            }
            return type.getMethod("getFDVal");
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this JDK has no numbers for descriptors", e);
        }
    }

    /**
     * Does nothing where they are known.
     *
     * @throws LinkageError if they are not
     */
    static void check() {}

    /** The number of a channel's descriptor. */
    static int number(Channel channel) {
        try {
            return (int) NUMBER.invoke(channel);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no number of a descriptor", e);
        }
    }
}
