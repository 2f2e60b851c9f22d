package streamer.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A self-signed certificate for localhost with its key, as PEM files, made by the JDK's own keytool. */
public final class Certificate {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final KeyStore store;
    private final Path certificate;
    private final Path key;

    private Certificate(KeyStore store, Path certificate, Path key) {
        this.store = store;
        this.certificate = certificate;
        this.key = key;
    }

    /** Makes one; the options are keytool's. */
    public static Certificate make(Path directory, String name, String... options) throws IOException {
        var file = directory.resolve(name + ".p12");
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "own",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD)));
        command.addAll(List.of(options));
        var keytool = Tool.run(command.toArray(String[]::new));
        if (keytool.code() != 0) {
            throw new IOException(keytool.out());
        }
        try {
            var store = KeyStore.getInstance(file.toFile(), PASSWORD);
            return new Certificate(
                    store,
                    pem(
                            directory.resolve(name + ".crt"),
                            "CERTIFICATE",
                            store.getCertificate("own").getEncoded()),
                    pem(
                            directory.resolve(name + ".key"),
                            "PRIVATE KEY",
                            store.getKey("own", PASSWORD).getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static Path pem(Path file, String label, byte[] der) throws IOException {
        var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(file, "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n");
    }

    /** The certificate's file. */
    public Path file() {
        return certificate;
    }

    /** The key's file, in PKCS#8. */
    public Path key() {
        return key;
    }

    /** The key in a new file as older programs write it (PKCS#1, SEC1): what PKCS#8 holds, without its head. */
    public Path oldKey(String label) throws IOException {
        try {
            var der = store.getKey("own", PASSWORD).getEncoded();
            var version = content(der, 0);
            var algorithm = version + 3;
            var octets = content(der, algorithm) + der[algorithm + 1];
            var bytes = Arrays.copyOfRange(der, content(der, octets), der.length);
            return pem(key.resolveSibling(key.getFileName() + ".old"), label, bytes);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static int content(byte[] der, int at) {
        return at + 2 + Math.max(0, (der[at + 1] & 0xff) - 0x80);
    }

    /** What trusts this certificate and, if it is not null, has the other one for its own. */
    public SSLContext trusting(@Nullable Certificate own) throws IOException {
        try {
            var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            var authorities = KeyStore.getInstance("PKCS12");
            authorities.load(null, null);
            authorities.setCertificateEntry("server", store.getCertificate("own"));
            trusted.init(authorities);
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own == null ? null : own.store, own == null ? null : PASSWORD);
            var context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
