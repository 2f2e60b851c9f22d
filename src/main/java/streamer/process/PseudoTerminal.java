package streamer.process;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Pseudo-terminals ({@code pty(7)}), as Linux has them. Programs that hold their output on a pipe write to a terminal
 * by lines.
 *
 * <p>Bytes stay as they are (no {@code OPOST}) and what is written to the master would not come back (no {@code ECHO}).
 * The slave is opened here, with {@code O_NOCTTY}, so that it is nobody's controlling terminal: the exit of a session's
 * leader would else end all that writes to it, and a prompt on {@code /dev/tty} wait for ever. For the same reason it is
 * for writing alone, also by its name: pagers read there if they find no {@code /dev/tty}. Root may read there all the
 * same, and have it as its controlling terminal then.
 *
 * <p>Threads: any.
 */
final class PseudoTerminal {
    private static final int O_RDWR = 2;
    private static final int S_IWUSR = 0200;
    private static final int TCSANOW = 0;
    private static final int TIOCSWINSZ = 0x5414;

    /** Opens the slave without its name, which may lead elsewhere in another mount namespace; {@code ioctl_tty(2)}. */
    private static final int TIOCGPTPEER = 0x5441;

    /** The size of {@code struct termios}. */
    private static final int TERMIOS_BYTES = 60;

    private static final int OUTPUT_MODES = 4; // the offset of c_oflag
    private static final int LOCAL_MODES = 12; // the offset of c_lflag
    private static final int OPOST = 1;
    private static final int ECHO = 8;

    /** The size of {@code struct winsize}. */
    private static final int WINSIZE_BYTES = 8;

    static {
        Native.register(PseudoTerminal.class, NativeLibrary.getProcess());
    }

    private PseudoTerminal() {}

    /**
     * Opens one in place of two descriptors, which it closes.
     *
     * @param source becomes the master
     * @param sink becomes the slave
     * @throws IOException if there is none
     */
    static void replace(int source, int sink, TerminalSize size) throws IOException {
        try {
            var master = posix_openpt(O_RDWR | LibC.O_NOCTTY | LibC.O_CLOEXEC);
            try {
                unlockpt(master); // grantpt(3) does nothing here
                configure(master, size);
                var slave = ioctl(master, TIOCGPTPEER, LibC.O_WRONLY | LibC.O_NOCTTY | LibC.O_CLOEXEC);
                try {
                    fchmod(slave, S_IWUSR);
                    dup3(slave, sink, LibC.O_CLOEXEC);
                } finally {
                    close(slave);
                }
                dup3(master, source, LibC.O_CLOEXEC);
            } finally {
                close(master);
            }
        } catch (LastErrorException e) {
            throw failure(e);
        }
    }

    /** Only what may be another time is an error of the launch, by its number. */
    private static IOException failure(LastErrorException e) {
        var number = e.getErrorCode();
        var text = number == Errno.ENOSPC
                ? "no pseudo-terminal is left"
                : "no pseudo-terminal can be opened: " + LibC.strerror(number);
        return new IOException((Errno.isScarcity(number) ? "error=" + number + ", " : "") + text, e);
    }

    private static void configure(int master, TerminalSize size) {
        var modes = new byte[TERMIOS_BYTES];
        tcgetattr(master, modes);
        clear(modes, OUTPUT_MODES, OPOST);
        clear(modes, LOCAL_MODES, ECHO);
        tcsetattr(master, TCSANOW, modes);
        var window = ByteBuffer.allocate(WINSIZE_BYTES).order(ByteOrder.nativeOrder());
        window.putShort((short) size.rows()).putShort((short) size.columns());
        ioctl(master, TIOCSWINSZ, window.array());
    }

    private static void clear(byte[] modes, int offset, int flag) {
        var words = ByteBuffer.wrap(modes).order(ByteOrder.nativeOrder());
        words.putInt(offset, words.getInt(offset) & ~flag);
    }

    private static native int posix_openpt(int flags) throws LastErrorException;

    private static native int unlockpt(int master) throws LastErrorException;

    private static native int tcgetattr(int descriptor, byte[] modes) throws LastErrorException;

    private static native int tcsetattr(int descriptor, int when, byte[] modes) throws LastErrorException;

    private static native int ioctl(int descriptor, long request, long argument) throws LastErrorException;

    private static native int ioctl(int descriptor, long request, byte[] argument) throws LastErrorException;

    private static native int fchmod(int descriptor, int mode) throws LastErrorException;

    private static native int dup3(int from, int to, int flags) throws LastErrorException;

    private static native int close(int descriptor);
}
