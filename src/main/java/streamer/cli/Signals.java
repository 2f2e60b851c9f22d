package streamer.cli;

import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;
import java.util.function.IntConsumer;

/**
 * Signal handlers (POSIX {@code <signal.h>}) by {@code sun.misc.Signal}, the JDK's unsupported but only way; by
 * reflection, since {@code --release} hides it. A shutdown hook would not do: while one runs no second signal is
 * delivered, and logging is already closed.
 */
final class Signals {
    static final int SIGHUP = 1;
    static final int SIGINT = 2;
    static final int SIGTERM = 15;

    private Signals() {}

    /** Handles TERM, INT and HUP; the handler gets the signal's number, on the JVM's signal thread. */
    static void handle(IntConsumer handler) {
        handle("TERM", SIGTERM, handler);
        handle("INT", SIGINT, handler);
        handle("HUP", SIGHUP, handler);
    }

    private static void handle(String name, int number, IntConsumer handler) {
        try {
            var signalType = Class.forName("sun.misc.Signal");
            var handlerType = Class.forName("sun.misc.SignalHandler");
            var ignore = handlerType.getField("SIG_IGN").get(null);
            var signal = signalType.getConstructor(String.class).newInstance(name);
            var handle = signalType.getMethod("handle", signalType, handlerType);
            var proxy = Proxy.newProxyInstance(
                    handlerType.getClassLoader(), new Class<?>[] {handlerType}, (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            handler.accept(number);
                            return null;
                        }
                        return method.getName().equals("hashCode") ? (Object) number : null;
                    });
            if (handle.invoke(null, signal, proxy) == ignore) {
                handle.invoke(null, signal, ignore); // inherited SIG_IGN stays, as nohup(1) needs it
            }
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            System.getLogger(Signals.class.getName()).log(Level.DEBUG, "no handler for SIG{0}: {1}", name, e);
        }
    }
}
