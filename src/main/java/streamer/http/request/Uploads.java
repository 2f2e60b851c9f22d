package streamer.http.request;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.MultipartParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import streamer.process.RawText;
import streamer.process.RunSpec.Stdin;

/**
 * Form with files ({@code multipart/form-data}, RFC 7578): files are written to the spool, fields kept in memory.
 * Closing it removes the files.
 *
 * <p>Threads: one, which waits for the request's body.
 */
public final class Uploads implements AutoCloseable, MultipartParser.PartHandler {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MAX_PARTS = 1_000;
    private static final int MAX_HEAD_BYTES = 64 * 1024;
    private static final int MAX_FIELD_BYTES = 1024 * 1024;

    private final Spool spool;
    private final List<Part> parts = new ArrayList<>();
    private int bytesWithoutPart;
    private int fieldBytes;

    /** An empty form. */
    public Uploads(Spool spool) {
        this.spool = spool;
    }

    /** Whether the request's {@code Content-Type} is {@code multipart/form-data}. */
    public static boolean isForm(HttpServerExchange exchange) {
        var type = exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE);
        return type != null
                && type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("multipart/form-data");
    }

    /**
     * Reads the whole form.
     *
     * @throws RefusedException if it is malformed or beyond its limits, or the spool is full
     * @throws IOException if the client has gone, or a file cannot be written
     */
    public void receive(HttpServerExchange exchange, RequestBody body, RequestConfig limits) throws IOException {
        try {
            read(exchange, body, limits);
        } catch (IndexOutOfBoundsException e) { // from Undertow, for a parameter without a value
            throw RefusedException.bad("The form is malformed.");
        }
    }

    private void read(HttpServerExchange exchange, RequestBody body, RequestConfig limits) throws IOException {
        var type = String.valueOf(exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE));
        var boundary = Headers.extractQuotedValueFromHeader(type, "boundary");
        if (boundary == null || boundary.isEmpty()) {
            throw RefusedException.bad("The form names no boundary.");
        }
        var pool = exchange.getConnection().getByteBufferPool();
        var parser = MultipartParser.beginParse(
                pool, this, boundary.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8.name());
        var buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (body.read(buffer.clear(), limits) >= 0) {
            bytesWithoutPart += buffer.flip().remaining();
            parse(parser, buffer);
            if (bytesWithoutPart > MAX_HEAD_BYTES + BUFFER_BYTES) {
                throw RefusedException.bad("A part of the form has too large a head.");
            }
        }
        if (!parser.isComplete()) {
            throw RefusedException.bad("The form is not complete.");
        }
    }

    private static void parse(MultipartParser.ParseState parser, ByteBuffer buffer) throws IOException {
        try {
            parser.parse(buffer);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (RefusedException e) {
            throw e;
        } catch (IOException e) {
            throw RefusedException.bad("The form is malformed.");
        }
    }

    @Override
    public void beginPart(HeaderMap headers) {
        bytesWithoutPart = 0;
        try {
            if (parts.size() == MAX_PARTS) {
                throw RefusedException.bad("The form has more than " + MAX_PARTS + " parts.");
            }
            parts.add(part(headers));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Part part(HeaderMap headers) throws IOException {
        var disposition = String.valueOf(headers.getFirst(Headers.CONTENT_DISPOSITION));
        var name = HeaderParameter.of(disposition, "name");
        if (name == null) {
            throw RefusedException.bad("A part of the form has no name.");
        }
        takeFieldBytes(disposition.length());
        var fileName = HeaderParameter.of(disposition, "filename*") == null
                ? HeaderParameter.of(disposition, "filename")
                : Headers.extractQuotedValueFromHeaderWithEncoding(disposition, "filename"); // RFC 8187
        if (fileName == null) {
            return new Part(CgiEnvironment.variableName(name), null, "", null, new ByteArrayOutputStream());
        }
        var type = headers.getFirst(Headers.CONTENT_TYPE);
        var path = spool.file();
        return new Part(
                CgiEnvironment.variableName(name),
                fileName,
                type == null ? "application/octet-stream" : type,
                path,
                spool.open(path));
    }

    @Override
    public void data(ByteBuffer buffer) throws IOException {
        bytesWithoutPart = 0;
        var part = parts.get(parts.size() - 1);
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        if (part.path != null) {
            spool.take(bytes.length);
        } else {
            takeFieldBytes(bytes.length);
        }
        part.length += bytes.length;
        try {
            part.out.write(bytes);
        } catch (IOException e) {
            throw RefusedException.notStored(e);
        }
    }

    private void takeFieldBytes(int bytes) throws RefusedException {
        fieldBytes += bytes;
        if (fieldBytes > MAX_FIELD_BYTES) {
            throw RefusedException.bad("The form's fields are longer than 1 MiB together.");
        }
    }

    @Override
    public void endPart() {
        try {
            parts.get(parts.size() - 1).out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(RefusedException.notStored(e));
        }
    }

    /**
     * Adds fields and files to the request's variables.
     *
     * @throws RefusedException if a value has a NUL or is too long
     */
    public void putInto(CgiEnvironment cgi) throws RefusedException {
        cgi.remove("CONTENT_LENGTH");
        var only = onlyFile();
        if (only != null) {
            cgi.remove("CONTENT_TYPE");
            cgi.put("CONTENT_TYPE", only.contentType);
            cgi.put("CONTENT_LENGTH", Long.toString(only.length));
        }
        for (var part : parts) {
            if (part.path == null) {
                var value = (ByteArrayOutputStream) part.out;
                cgi.put("STREAMER_FORM_" + part.name, RawText.decode(value.toByteArray()));
            } else if (part.isFile()) {
                cgi.put("STREAMER_FILE_" + part.name, part.path.toString());
                cgi.put("STREAMER_FILENAME_" + part.name, String.valueOf(part.fileName));
            }
        }
    }

    /** The command's standard input: the file, if there is exactly one, as with an upload without a form. */
    public Stdin stdin() {
        var only = onlyFile();
        return only == null || only.path == null ? new Stdin.Empty() : new Stdin.File(only.path);
    }

    private @Nullable Part onlyFile() {
        var files = parts.stream().filter(Part::isFile).toList();
        return files.size() == 1 ? files.get(0) : null;
    }

    /** Closes and removes the files. */
    @Override
    public void close() {
        for (var part : parts) {
            if (part.path != null) {
                spool.give(part.length);
                IoUtils.safeClose(part.out);
                spool.remove(part.path);
            }
        }
    }

    /** One part of the form: a field with its value, or a file. */
    private static final class Part {
        private final String name;
        private final @Nullable String fileName;
        private final String contentType;
        private final @Nullable Path path;
        private final OutputStream out;
        private long length;

        Part(String name, @Nullable String fileName, String contentType, @Nullable Path path, OutputStream out) {
            this.name = name;
            this.fileName = fileName;
            this.contentType = contentType;
            this.path = path;
            this.out = out;
        }

        /** Whether it is a file; browsers send an unused file input as an empty one without a name. */
        boolean isFile() {
            return path != null && (length > 0 || !String.valueOf(fileName).isEmpty());
        }
    }
}
