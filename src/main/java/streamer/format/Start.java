package streamer.format;

/**
 * Where a stream begins in its output.
 *
 * @param wanted the offset that was asked for, in bytes
 * @param offset the offset of its first byte; it is more than was wanted where that is not kept any more
 * @param afterCarriageReturn whether the byte before it is a carriage return: then a line feed does not end a line
 */
public record Start(long wanted, long offset, boolean afterCarriageReturn) {
    /** The output's first byte. */
    public static final Start ZERO = new Start(0, 0, false);
}
