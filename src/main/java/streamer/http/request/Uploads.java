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
import streamer.http.request.CgiEnvironment.BadValueException;
import streamer.run.RunSpec.Stdin;

/**
 * A form with files ({@code multipart/form-data}, RFC 7578): its files go to the spool, its fields to memory. Closing it
 * removes the files.
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

    /** A body that is no such form, or one beyond its limits. */
    public static final class BadFormException extends IOException {
        private static final long serialVersionUID = 1;

        public BadFormException(String line) {
            super(line);
        }
    }

    public Uploads(Spool spool) {
        this.spool = spool;
    }

    /** Whether a request's body is a form with files. */
    public static boolean isForm(HttpServerExchange exchange) {
        var type = exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE);
        return type != null
                && type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("multipart/form-data");
    }

    /**
     * Reads the whole form.
     *
     * @throws BadFormException if it is none
     * @throws Spool.FullException if its files find no room
     * @throws IOException if the client has gone, or a file cannot be written
     */
    public void receive(HttpServerExchange exchange, RequestBody body, RequestConfig limits) throws IOException {
        try {
            read(exchange, body, limits);
        } catch (IndexOutOfBoundsException e) { // Undertow's way to say that a parameter has no value
            throw new BadFormException("The form is malformed.");
        }
    }

    private void read(HttpServerExchange exchange, RequestBody body, RequestConfig limits) throws IOException {
        var type = String.valueOf(exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE));
        var boundary = Headers.extractQuotedValueFromHeader(type, "boundary");
        if (boundary == null || boundary.isEmpty()) {
            throw new BadFormException("The form names no boundary.");
        }
        var pool = exchange.getConnection().getByteBufferPool();
        var parser = MultipartParser.beginParse(
                pool, this, boundary.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8.name());
        var buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (body.read(buffer.clear(), limits) >= 0) {
            bytesWithoutPart += buffer.flip().remaining();
            parse(parser, buffer);
            if (bytesWithoutPart > MAX_HEAD_BYTES + BUFFER_BYTES) {
                throw new BadFormException("A part of the form has too large a head.");
            }
        }
        if (!parser.isComplete()) {
            throw new BadFormException("The form is not complete.");
        }
    }

    private static void parse(MultipartParser.ParseState parser, ByteBuffer buffer) throws IOException {
        try {
            parser.parse(buffer);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (BadFormException | Spool.FullException | Spool.BrokenException e) {
            throw e;
        } catch (IOException e) {
            throw new BadFormException("The form is malformed.");
        }
    }

    @Override
    public void beginPart(HeaderMap headers) {
        bytesWithoutPart = 0;
        try {
            if (parts.size() == MAX_PARTS) {
                throw new BadFormException("The form has more than " + MAX_PARTS + " parts.");
            }
            parts.add(part(headers));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Part part(HeaderMap headers) throws IOException {
        var disposition = String.valueOf(headers.getFirst(Headers.CONTENT_DISPOSITION));
        var name = Headers.extractQuotedValueFromHeader(disposition, "name");
        if (name == null) {
            throw new BadFormException("A part of the form has no name.");
        }
        takeFieldBytes(disposition.length());
        var fileName = Headers.extractQuotedValueFromHeaderWithEncoding(disposition, "filename");
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
            throw new Spool.BrokenException(e);
        }
    }

    private void takeFieldBytes(int bytes) throws BadFormException {
        fieldBytes += bytes;
        if (fieldBytes > MAX_FIELD_BYTES) {
            throw new BadFormException("The form's fields are longer than 1 MiB together.");
        }
    }

    @Override
    public void endPart() {
        try {
            parts.get(parts.size() - 1).out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(new Spool.BrokenException(e));
        }
    }

    /** Adds the form to the request's variables. */
    public void putInto(CgiEnvironment cgi) throws BadValueException {
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
                cgi.put("STREAMER_FORM_" + part.name, value.toString(StandardCharsets.UTF_8));
            } else if (part.isFile()) {
                cgi.put("STREAMER_FILE_" + part.name, part.path.toString());
                cgi.put("STREAMER_FILENAME_" + part.name, String.valueOf(part.fileName));
            }
        }
    }

    /** What the command reads: the file, if there is exactly one, so that a form is no different from a plain upload. */
    public Stdin stdin() {
        var only = onlyFile();
        return only == null || only.path == null ? new Stdin.Empty() : new Stdin.File(only.path);
    }

    private @Nullable Part onlyFile() {
        var files = parts.stream().filter(Part::isFile).toList();
        return files.size() == 1 ? files.get(0) : null;
    }

    /** Removes the files. */
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

    /** One field of the form; its value, or the file in which its value is. */
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

        /** Whether it is a file; a file input that nobody used comes as an empty one without a name. */
        boolean isFile() {
            return path != null && (length > 0 || !String.valueOf(fileName).isEmpty());
        }
    }
}
