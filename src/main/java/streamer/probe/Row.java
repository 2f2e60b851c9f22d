package streamer.probe;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What has been seen of one stream.
 *
 * @param trial how it was asked for
 * @param head its head
 * @param headAfter from the request to the whole head
 * @param pieces the pieces of its body
 * @param lines its stamped lines
 * @param end how it ended
 * @param base the smallest lag of all lines so far: that of one which nothing held
 */
public record Row(
        Trial trial, Head head, Duration headAfter, List<Piece> pieces, List<Line> lines, End end, Duration base) {
    /** Less than this is nothing that a person sees, and networks do so by themselves. */
    private static final Duration LATE = Duration.ofMillis(100);

    private static final int NEARLY_ALL = 10; // but each tenth
    private static final Duration NEARLY_A_LINE = Trial.EVERY.multipliedBy(3).dividedBy(4);

    /** What comes with less between has come together. */
    private static final Duration TOGETHER = Duration.ofMillis(10);

    /** A program that writes its first byte later than this may think, or be held. */
    private static final Duration SLOW = Duration.ofMillis(500);

    private static final int SMALLEST_BLOCK = 1_024;

    /** A record of TLS has so many, and so has what is read at one time: such pieces are no sign of who holds them. */
    private static final int LARGEST_BLOCK = 16_000;

    /**
     * Bytes that came together, as they were sent: compressed ones count as such.
     *
     * @param after from the request to their arrival
     * @param bytes how many
     */
    public record Piece(Duration after, int bytes) {}

    /**
     * A stamped line.
     *
     * @param after from the request to its arrival
     * @param sent when it was sent, by the sender's clock
     * @param lag from there to its arrival, by this machine's clock: only differences of two mean something
     */
    public record Line(Duration after, Instant sent, Duration lag) {}

    /** How a body ended. */
    public enum End {
        /** Complete. */
        CLEAN,
        /** Broken off. */
        BROKEN,
        /** Left by the probe: it had no end in time. */
        LEFT
    }

    /** How a stream arrives. */
    public enum Shape {
        /** As it is sent. */
        LIVE,
        /** All at once, when it is complete. */
        WHOLE,
        /** Held, and given on from time to time. */
        PIECES,
        /** One line after the other, but each only when a later one has been sent. */
        BEHIND,
        /** An earlier answer, out of a cache. */
        REPLAY,
        /** There is too little to tell. */
        UNKNOWN
    }

    /** A row. */
    public Row {
        pieces = List.copyOf(pieces);
        lines = List.copyOf(lines);
    }

    /** How it arrives. */
    public Shape shape() {
        return trial.isStamped() ? shapeByStamps() : shapeByGaps();
    }

    private Shape shapeByStamps() {
        if (lines.size() < 2) {
            return Shape.UNKNOWN;
        }
        if (isReplay()) {
            return Shape.REPLAY;
        }
        var bursts = bursts().size();
        if (bursts > lines.size() / 2) {
            return isBehind() ? Shape.BEHIND : Shape.LIVE;
        }
        if (lateMax().compareTo(LATE) < 0) {
            return Shape.LIVE;
        }
        return bursts == 1 ? Shape.WHOLE : Shape.PIECES;
    }

    /**
     * Whether it has come in less time than it was sent in, so that it was sent before it was asked for. No clock is
     * compared with another's: those of several machines behind one address differ.
     */
    private boolean isReplay() {
        var last = lines.get(lines.size() - 1);
        var sentIn = Duration.between(lines.get(0).sent(), last.sent());
        return sentIn.minus(last.after()).compareTo(LATE) > 0;
    }

    /**
     * Whether nearly all lines are later than the last one, which nothing but the end can follow, by about a line's
     * time or more. A network that stumbles delays some, a slow one or another clock delays all, the last too.
     */
    private boolean isBehind() {
        var last = lines.get(lines.size() - 1).lag().minus(base);
        return late().get(lines.size() / NEARLY_ALL).minus(last).compareTo(NEARLY_A_LINE) > 0;
    }

    /** Without stamps: blocks of one size, or all at once after a while, look held. */
    private Shape shapeByGaps() {
        if (span().compareTo(LATE) < 0) {
            var isSlow = !pieces.isEmpty() && pieces.get(0).after().compareTo(SLOW) >= 0;
            return isSlow && end != End.LEFT ? Shape.WHOLE : Shape.UNKNOWN;
        }
        if (bursts().size() <= 2) {
            return Shape.UNKNOWN;
        }
        return isInBlocks() ? Shape.PIECES : Shape.LIVE;
    }

    /** From the first piece to the last. */
    private Duration span() {
        return pieces.isEmpty()
                ? Duration.ZERO
                : pieces.get(pieces.size() - 1).after().minus(pieces.get(0).after());
    }

    /** Whoever downloads on a slow line gets blocks too, but without a pause between them. */
    private boolean isInBlocks() {
        var bytes = blockBytes();
        return bytes >= SMALLEST_BLOCK && bytes < LARGEST_BLOCK && step().compareTo(LATE) >= 0;
    }

    /** Whether it is not what was sent when it was sent. */
    public boolean isHeld() {
        return shape() != Shape.LIVE && shape() != Shape.UNKNOWN;
    }

    /** Whether its end has not come; what is not streamer's may have none. */
    boolean isBroken() {
        return end == End.BROKEN || (end == End.LEFT && trial.isStamped());
    }

    /** The pieces, with those as one that came together: at the time of its first, lest small steps make one of all. */
    List<Piece> bursts() {
        var bursts = new ArrayList<Piece>();
        for (var piece : pieces) {
            var last = bursts.isEmpty() ? null : bursts.get(bursts.size() - 1);
            if (last == null || piece.after().minus(last.after()).compareTo(TOGETHER) > 0) {
                bursts.add(piece);
            } else {
                bursts.set(bursts.size() - 1, new Piece(last.after(), last.bytes() + piece.bytes()));
            }
        }
        return bursts;
    }

    /**
     * The size of the blocks in which it comes, in bytes: that of all bursts but the last, and the first, with which a
     * head may have come; 0 if they have none.
     */
    int blockBytes() {
        var bytes = bursts().stream().map(Piece::bytes).toList();
        if (bytes.size() < 2) {
            return 0;
        }
        var middle = bytes.size() == 2 ? bytes.subList(0, 1) : bytes.subList(1, bytes.size() - 1);
        var block = middle.get(0);
        return bytes.get(0) <= block && middle.stream().allMatch(block::equals) ? block : 0;
    }

    /**
     * How many bytes a hop waits for, by what it then gives on: the beginning if only that is held, so that no later
     * burst has as many; else the size of the blocks; 0 if there are none.
     */
    int heldBytes() {
        var bytes = bursts().stream().map(Piece::bytes).toList();
        var isFirstLate = !lines.isEmpty() && lines.get(0).lag().minus(base).compareTo(LATE) >= 0;
        if (isFirstLate && bytes.size() > 1 && bytes.stream().skip(1).allMatch(next -> next < bytes.get(0))) {
            return bytes.get(0);
        }
        return shape() == Shape.PIECES ? blockBytes() : 0;
    }

    /** The median of the times between two bursts; zero if there is one. */
    Duration step() {
        var bursts = bursts();
        var steps = IntStream.range(1, bursts.size())
                .mapToObj(i -> bursts.get(i).after().minus(bursts.get(i - 1).after()))
                .sorted()
                .toList();
        return steps.isEmpty() ? Duration.ZERO : steps.get(steps.size() / 2);
    }

    /** From the request to the first byte of the body; the head's time if there is none. */
    public Duration firstAfter() {
        return pieces.isEmpty() ? headAfter : pieces.get(0).after();
    }

    /** By how much lines are late, against the one that was least so, in the order of their lateness. */
    private List<Duration> late() {
        return lines.stream().map(line -> line.lag().minus(base)).sorted().toList();
    }

    /** The median of what lines are late; zero without lines. */
    public Duration lateMedian() {
        return lines.isEmpty() ? Duration.ZERO : late().get(lines.size() / 2);
    }

    /** How late the latest line is; zero without lines. */
    public Duration lateMax() {
        return lines.isEmpty() ? Duration.ZERO : late().get(lines.size() - 1);
    }

    /** Arrivals: of lines where they have stamps, else of pieces. */
    public List<Duration> arrivals() {
        return trial.isStamped()
                ? lines.stream().map(Line::after).toList()
                : pieces.stream().map(Piece::after).toList();
    }

    /** The fields of its head that tell of hops. */
    public List<Head.Field> hops() {
        return Hop.told(head);
    }
}
