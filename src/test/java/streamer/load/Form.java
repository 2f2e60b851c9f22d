package streamer.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.Random;

/**
 * A form with a field and a file.
 *
 * @param echo the field and then the file, as the script gives them back
 */
record Form(Content body, Content echo) {
    private static final String BOUNDARY = "a-boundary-that-chance-does-not-make";
    private static final String PART = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=";

    static final String TYPE = "multipart/form-data; boundary=" + BOUNDARY;

    static Form random(Random random) {
        var note = "note " + random.nextLong() + "\n";
        var file = Order.anyBytes(random, 1_000_000);
        var bytes = file.slice(0, (int) file.length());
        return new Form(
                joined(
                        PART + "\"note\"\r\n\r\n" + note + "\r\n" + PART + "\"f\"; filename=\"f\"\r\n\r\n",
                        bytes,
                        "\r\n--" + BOUNDARY + "--\r\n"),
                joined(note, bytes, ""));
    }

    private static Content joined(String before, byte[] bytes, String after) {
        var all = new ByteArrayOutputStream();
        all.writeBytes(before.getBytes(US_ASCII));
        all.writeBytes(bytes);
        all.writeBytes(after.getBytes(US_ASCII));
        return Content.of(all.toByteArray());
    }
}
