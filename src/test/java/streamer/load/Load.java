package streamer.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Load generator: many clients at one time, each making one random visit after another. */
final class Load {
    private static final int LONGEST_BACK_OFF_MILLIS = 300;

    private final InetSocketAddress address;
    private final Service service;
    private final List<String> visits;
    private final Tally tally;
    private final Random seeds;

    Load(InetSocketAddress address, Service service, Tally tally, long seed) {
        this.address = address;
        this.service = service;
        visits = service.visits();
        this.tally = tally;
        seeds = new Random(seed);
    }

    /** Lets clients visit for this time; calls {@code meanwhile} now and then; returns when the last has left. */
    void play(int clients, double seconds, Meanwhile meanwhile) throws Exception {
        var until = System.nanoTime() + (long) (seconds * 1e9);
        var threads = Executors.newCachedThreadPool();
        try {
            var playing = new ArrayList<Future<?>>();
            for (var i = 0; i < clients; i++) {
                var random = new Random(seeds.nextLong());
                playing.add(threads.submit(() -> visitUntil(until, random, threads)));
            }
            var deadline = until + TimeUnit.MINUTES.toNanos(2);
            while (!playing.stream().allMatch(Future::isDone) && System.nanoTime() < deadline) {
                meanwhile.look();
                TimeUnit.MILLISECONDS.sleep(200);
            }
            playing.stream().filter(one -> !one.isDone()).forEach(one -> tally.wrong("a client does not end"));
        } finally {
            threads.shutdownNow();
        }
    }

    /** What is looked at while clients visit. */
    interface Meanwhile {
        void look() throws IOException;
    }

    private void visitUntil(long until, Random random, ExecutorService threads) {
        while (System.nanoTime() < until) {
            visit(visits.get(random.nextInt(visits.size())), random.nextLong(), threads);
        }
    }

    private void visit(String name, long seed, ExecutorService threads) {
        var visit = new Visit(address, service, tally, new Random(seed));
        try {
            make(name, visit, threads);
            tally.add("visits: " + name, 1);
            if (visit.wasRefused()) {
                TimeUnit.MILLISECONDS.sleep(visit.random().nextInt(LONGEST_BACK_OFF_MILLIS));
            }
        } catch (Exception | AssertionError e) {
            tally.wrong(name + ", seed " + seed + ", " + visit.order() + ": " + e + " at " + ours(e));
        }
    }

    private static List<StackTraceElement> ours(Throwable e) {
        return Stream.of(e.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("streamer."))
                .toList();
    }

    private static void make(String name, Visit visit, ExecutorService threads) throws Exception {
        var visitor = new Visitor(visit, threads);
        var leaver = new Leaver(visit);
        var returner = new Returner(visit);
        switch (name) {
            case "plain" -> visitor.plain();
            case "kept alive" -> visitor.keptAlive();
            case "pipelined" -> visitor.pipelined();
            case "HTTP/1.0" -> visitor.http10();
            case "events" -> visitor.events();
            case "upload" -> visitor.upload();
            case "unread upload" -> visitor.unreadUpload();
            case "form" -> visitor.form();
            case "HTTP/2" -> visitor.http2();
            case "HTTP/2 upload" -> visitor.http2Upload();
            case "waited for" -> visitor.waitedFor();
            case "cut off" -> returner.cutOff();
            case "cut off events" -> new EventReturner(visit).cutOff();
            case "later" -> returner.later();
            case "behind" -> returner.behind();
            case "repeated" -> returner.repeated();
            case "repeated upload" -> returner.repeatedUpload();
            case "stopped" -> returner.stopped();
            case "left alone" -> leaver.alone();
            case "left unread" -> leaver.unread();
            case "left in the head" -> leaver.inTheHead();
            case "left in the body" -> leaver.inTheBody();
            case "left in the response" -> leaver.inTheResponse();
            case "left in the pipeline" -> leaver.inThePipeline();
            case "left HTTP/2" -> leaver.http2();
            default -> throw new IllegalArgumentException(name);
        }
    }
}
