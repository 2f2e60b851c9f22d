package streamer.testing;

import io.undertow.client.ClientCallback;
import io.undertow.client.ClientConnection;
import io.undertow.client.ClientExchange;
import io.undertow.client.ClientRequest;
import io.undertow.client.UndertowClient;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.Protocols;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.Channels;

/** HTTP/2 client: one connection, by prior knowledge. Every wait is bounded by {@link Wait#LONG}. */
public final class Http2Client implements AutoCloseable {
    private final XnioWorker worker;
    private final ClientConnection connection;

    /** Connects. */
    public Http2Client(InetSocketAddress address) throws IOException {
        worker = Xnio.getInstance(Http2Client.class.getClassLoader())
                .createWorker(OptionMap.builder()
                        .set(Options.WORKER_NAME, "client")
                        .set(Options.WORKER_IO_THREADS, 1)
                        .getMap());
        connection = UndertowClient.getInstance()
                .connect(
                        URI.create("h2c-prior://127.0.0.1:" + address.getPort()),
                        worker,
                        new DefaultByteBufferPool(true, 16 * 1024),
                        OptionMap.EMPTY)
                .get();
    }

    /** Sends a request without a body and waits for the head of its response. */
    public Stream get(String path, String... headers) throws IOException {
        var stream = send(path, headers);
        stream.exchange();
        return stream;
    }

    /** Sends a request without a body. */
    public Stream send(String path, String... headers) {
        return send(with(new ClientRequest().setPath(path), headers));
    }

    private static ClientRequest with(ClientRequest request, String... headers) {
        for (var header : headers) {
            var colon = header.indexOf(':');
            request.getRequestHeaders()
                    .put(
                            new HttpString(header.substring(0, colon)),
                            header.substring(colon + 1).strip());
        }
        return request;
    }

    /** Sends the head of a request with a body. */
    public Stream post(String path, String... headers) {
        var request = with(new ClientRequest().setPath(path).setMethod(Methods.POST), headers);
        request.getRequestHeaders().put(Headers.TRANSFER_ENCODING, "chunked"); // for the client: a body will follow
        return send(request);
    }

    private Stream send(ClientRequest request) {
        request.setProtocol(Protocols.HTTP_2_0);
        if (!request.getRequestHeaders().contains(Headers.HOST)) {
            request.getRequestHeaders().put(Headers.HOST, "localhost");
        }
        var stream = new Stream();
        connection.sendRequest(request, stream);
        return stream;
    }

    @Override
    public void close() throws IOException {
        connection.close();
        worker.shutdownNow();
    }

    /** One response. */
    public static final class Stream implements ClientCallback<ClientExchange> {
        private final CompletableFuture<ClientExchange> sent = new CompletableFuture<>();
        private final CompletableFuture<ClientExchange> head = new CompletableFuture<>();

        @Override
        public void completed(ClientExchange exchange) {
            sent.complete(exchange);
            exchange.setResponseListener(new ClientCallback<>() {
                @Override
                public void completed(ClientExchange answered) {
                    head.complete(answered);
                }

                @Override
                public void failed(IOException e) {
                    head.completeExceptionally(e);
                }
            });
        }

        @Override
        public void failed(IOException e) {
            head.completeExceptionally(e);
        }

        private ClientExchange exchange() throws IOException {
            return get(head);
        }

        private static ClientExchange get(CompletableFuture<ClientExchange> future) throws IOException {
            try {
                return future.get(Wait.LONG.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new IOException(e);
            }
        }

        /** The response's status. */
        public int status() throws IOException {
            return exchange().getResponse().getResponseCode();
        }

        /** A header of the response; null if it has none of that name. */
        public @Nullable String header(String name) throws IOException {
            return exchange().getResponse().getResponseHeaders().getFirst(new HttpString(name));
        }

        /** Waits for the next bytes of the body; null after the last. */
        public @Nullable String piece() throws IOException {
            var buffer = ByteBuffer.allocate(64 * 1024);
            var channel = exchange().getResponseChannel();
            var deadline = System.nanoTime() + Wait.LONG.toNanos();
            while (System.nanoTime() < deadline) {
                var length = Channels.readBlocking(channel, buffer, 1, TimeUnit.SECONDS);
                if (length != 0) {
                    return length < 0 ? null : new String(buffer.array(), 0, length, StandardCharsets.UTF_8);
                }
            }
            throw new IOException("nothing came");
        }

        /** Reads the body to its end. */
        public String text() throws IOException {
            var text = new ByteArrayOutputStream();
            for (var piece = piece(); piece != null; piece = piece()) {
                text.writeBytes(piece.getBytes(StandardCharsets.UTF_8));
            }
            return text.toString(StandardCharsets.UTF_8);
        }

        /** Sends bytes of the request's body. */
        public void send(byte[] bytes) throws IOException {
            Channels.writeBlocking(get(sent).getRequestChannel(), ByteBuffer.wrap(bytes));
            Channels.flushBlocking(get(sent).getRequestChannel());
        }

        /** Ends the request's body. */
        public void finish() throws IOException {
            get(sent).getRequestChannel().shutdownWrites();
            Channels.flushBlocking(get(sent).getRequestChannel());
        }

        /** Resets this stream within the request's body; the connection lives on. */
        public void resetBody() throws IOException {
            get(sent).getRequestChannel().close();
        }

        /** Resets this stream; the connection lives on. */
        public void reset() throws IOException {
            exchange().getResponseChannel().close();
        }
    }
}
