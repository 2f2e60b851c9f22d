package streamer.process;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * Functions of the C library that launching needs, by JNA's direct mapping; pointers are addresses. The class cannot be
 * loaded ({@link LinkageError}) where one of them is missing, as on musl and macOS, or JNA's own library is.
 *
 * <p>Threads: any.
 */
final class LibC {
    /** {@code O_WRONLY}, {@code open(2)}. */
    static final int O_WRONLY = 1;

    /** {@code O_NOCTTY}: a terminal does not become the controlling one. */
    static final int O_NOCTTY = 0x100;

    /** {@code O_CLOEXEC}. */
    static final int O_CLOEXEC = 0x8_0000;

    /** {@code WNOHANG}, {@code wait(2)}. */
    static final int WNOHANG = 1;

    /** {@code WEXITED}, {@code wait(2)}. */
    static final int WEXITED = 4;

    /** {@code WNOWAIT}, {@code wait(2)}. */
    static final int WNOWAIT = 0x0100_0000;

    /** {@code P_ALL}, {@code wait(2)}. */
    static final int P_ALL = 0;

    static {
        Native.register(LibC.class, NativeLibrary.getProcess());
    }

    private LibC() {}

    // posix_spawn(3)

    static native int posix_spawnp(
            int[] pid, byte[] file, long actions, long attributes, long arguments, long environment);

    static native int posix_spawn_file_actions_init(long actions);

    static native int posix_spawn_file_actions_destroy(long actions);

    static native int posix_spawn_file_actions_addopen(long actions, int descriptor, byte[] path, int flags, int mode);

    static native int posix_spawn_file_actions_adddup2(long actions, int from, int to);

    static native int posix_spawn_file_actions_addchdir_np(long actions, byte[] path);

    static native int posix_spawn_file_actions_addclosefrom_np(long actions, int first);

    static native int posix_spawnattr_init(long attributes);

    static native int posix_spawnattr_setflags(long attributes, short flags);

    static native int posix_spawnattr_setsigmask(long attributes, long signals);

    static native int posix_spawnattr_setsigdefault(long attributes, long signals);

    // wait(2)

    static native int waitid(int kind, int id, long information, int options) throws LastErrorException;

    static native int waitpid(int pid, int[] status, int options) throws LastErrorException;

    // open(2)

    static native int open(byte[] path, int flags);

    // isatty(3)

    static native int isatty(int descriptor);

    // kill(2)

    static native int kill(int pid, int signal);

    // signal(2)

    static native long signal(int number, long action);

    // strerror(3)

    static native String strerror(int number);
}
