package streamer.cli;

import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;
import java.util.function.IntConsumer;

/**
 * Signals (POSIX {@code <signal.h>}) by the JDK's unsupported but only way, {@code sun.misc.Signal}; by reflection, since
 * it does not compile for a release. A shutdown hook would not do: no second signal is delivered while one runs, and
 * logging has ended by then.
 */
final class Signals {
    static final int SIGHUP = 1;
    static final int SIGINT = 2;
    static final int SIGTERM = 15;

    private Signals() {}

    /** Calls the handler, on a thread of the JVM's, with the number of each signal that asks us to end. */
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
                handle.invoke(null, signal, ignore); // nohup(1) wants it so
            }
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            System.getLogger(Signals.class.getName()).log(Level.DEBUG, "no handler for SIG{0}: {1}", name, e);
        }
    }
}
