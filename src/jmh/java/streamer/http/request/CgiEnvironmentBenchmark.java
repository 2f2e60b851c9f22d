package streamer.http.request;

import streamer.http.request.CgiEnvironment;

import io.undertow.Undertow;
import io.undertow.server.HttpServerExchange;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What it takes to turn a browser's request into variables: a real one, which stays open meanwhile. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CgiEnvironmentBenchmark {
    private static final String REQUEST = """
            GET /jobs/a%20b?name=World&count=3 HTTP/1.1
            Host: localhost:8080
            User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
            Accept-Language: en-US,en;q=0.5
            Accept-Encoding: gzip, deflate, br, zstd
            Connection: keep-alive
            Cookie: session=0123456789abcdef; theme=dark
            Sec-Fetch-Dest: document
            Sec-Fetch-Mode: navigate
            Sec-Fetch-Site: none

            """.replace("\n", "\r\n");

    private final PathPattern.Match match = new PathPattern.Match("/jobs", "/a b");
    private Undertow server;
    private Socket client;
    private HttpServerExchange exchange;

    /** Asks. */
    @Setup
    public void ask() throws Exception {
        var asked = new ArrayBlockingQueue<HttpServerExchange>(1);
        server = Undertow.builder()
                .addHttpListener(0, "localhost", request -> request.dispatch(() -> asked.add(request)))
                .build();
        server.start();
        var address = (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
        client = new Socket(InetAddress.getByName("localhost"), address.getPort());
        client.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        exchange = asked.take();
    }

    /** Goes. */
    @TearDown
    public void leave() throws Exception {
        client.close();
        server.stop();
    }

    /** The request's variables. */
    @Benchmark
    public Map<String, String> variables() throws RefusedException {
        return CgiEnvironment.of(exchange, match).variables();
    }
}
