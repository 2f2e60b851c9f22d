package streamer.http.listener;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import streamer.http.access.FileException;
import streamer.http.access.WatchedFiles;

/**
 * PEM files (RFC 7468) of certificates and private keys; keys as PKCS#8 (RFC 5958), PKCS#1 (RFC 8017) or SEC1
 * (RFC 5915).
 */
final class Pem {
    private static final Pattern KEY = Pattern.compile(
            "-----BEGIN (|RSA |EC |ENCRYPTED |DSA )PRIVATE KEY-----([^-]*)-----END \\1PRIVATE KEY-----");
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final byte[] VERSION_0 = {INTEGER, 1, 0};

    private Pem() {}

    /**
     * The certificates of a file, in its order.
     *
     * @throws FileException if it holds none
     */
    static List<X509Certificate> certificates(Path file) throws FileException {
        var in = new ByteArrayInputStream(WatchedFiles.text(file).getBytes(StandardCharsets.UTF_8));
        try {
            var found = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (!found.isEmpty()) {
                return found;
            }
        } catch (CertificateException e) {
            // The same as none.
        }
        throw new FileException(file, "holds no certificate in PEM");
    }

    /**
     * The private key of a file.
     *
     * @param publicKey the key that it must belong to
     * @throws FileException if it holds none, or not that one
     */
    static PrivateKey key(Path file, PublicKey publicKey) throws FileException {
        var matcher = KEY.matcher(WatchedFiles.text(file));
        if (!matcher.find()) {
            throw new FileException(file, "holds no private key in PEM");
        }
        var kind = matcher.group(1);
        if (kind.equals("ENCRYPTED ") || matcher.group(2).contains("ENCRYPTED")) {
            throw new FileException(file, "is encrypted; a key without a passphrase is needed");
        }
        try {
            var bytes = Base64.getMimeDecoder().decode(matcher.group(2));
            var pkcs8 = kind.isEmpty() ? bytes : wrap(bytes, algorithm(publicKey));
            return KeyFactory.getInstance(publicKey.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new FileException(file, "is damaged, or does not belong to the certificate");
        }
    }

    /** Wraps PKCS#1 or SEC1 into PKCS#8, whose {@code privateKey} they are (RFC 5958, 2). */
    private static byte[] wrap(byte[] key, byte[] algorithm) {
        return der(SEQUENCE, VERSION_0, algorithm, der(OCTET_STRING, key));
    }

    /** The AlgorithmIdentifier, first in a SubjectPublicKeyInfo (RFC 5280, 4.1); PKCS#8 has the same one. */
    private static byte[] algorithm(PublicKey key) {
        var whole = key.getEncoded();
        var from = contentAt(whole, 0);
        var content = contentAt(whole, from);
        return Arrays.copyOfRange(whole, from, content + lengthAt(whole, from));
    }

    /** The index of the content of the DER element at this index. */
    private static int contentAt(byte[] der, int at) {
        var first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    /** The length of the content of the DER element at this index. */
    private static int lengthAt(byte[] der, int at) {
        var length = der[at + 1] & 0xff;
        if (length < 0x80) {
            return length;
        }
        length = 0;
        for (var i = at + 2; i < contentAt(der, at); i++) {
            length = (length << Byte.SIZE) | (der[i] & 0xff);
        }
        return length;
    }

    /** A DER element (X.690, 8.1). */
    private static byte[] der(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (var part : parts) {
            content.writeBytes(part);
        }
        var length = content.size();
        var whole = new ByteArrayOutputStream();
        whole.write(tag);
        if (length >= 0x100) {
            whole.writeBytes(new byte[] {(byte) 0x82, (byte) (length >> Byte.SIZE)});
        } else if (length >= 0x80) {
            whole.write(0x81);
        }
        whole.write(length);
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }
}
