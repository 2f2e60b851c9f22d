package streamer.http.listener;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import streamer.http.access.FileException;
import streamer.http.access.WatchedFiles;

/** The SSLContext of a certificate, its key and a client authority in PEM files. */
final class Tls {
    private static final char[] NO_PASSWORD = {};
    private static final byte[] SIGNED = {1};
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    private Tls() {}

    /**
     * An SSLContext that is created anew when a file changes.
     *
     * @throws FileException if a file cannot be used
     */
    static WatchedFiles<SSLContext> watch(TlsFiles files) throws FileException {
        var all = Stream.of(Stream.of(files.certificate(), files.key()), Stream.ofNullable(files.clientAuthority()))
                .flatMap(paths -> paths)
                .toList();
        return new WatchedFiles<>(all, () -> context(files));
    }

    private static SSLContext context(TlsFiles files) throws FileException {
        var chain = Pem.certificates(files.certificate());
        var first = chain.get(0);
        checkDates(files, first);
        var key = Pem.key(files.key(), first.getPublicKey());
        if (!isPair(key, first.getPublicKey())) {
            throw new FileException(files.key(), "does not belong to the certificate " + files.certificate());
        }
        var clients = files.clientAuthority();
        try {
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            var own = emptyStore();
            own.setKeyEntry("own", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
            keys.init(own, NO_PASSWORD);
            var context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), clients == null ? null : trust(Pem.certificates(clients)), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new FileException(files.certificate(), "cannot be used: " + e.getMessage());
        }
    }

    private static void checkDates(TlsFiles files, X509Certificate certificate) throws FileException {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException e) {
            throw new FileException(
                    files.certificate(),
                    "expired at " + certificate.getNotAfter().toInstant());
        } catch (CertificateNotYetValidException e) {
            throw new FileException(
                    files.certificate(),
                    "is not valid before " + certificate.getNotBefore().toInstant());
        }
    }

    /** Whether the private key belongs to the public one: by a signature and its verification. */
    private static boolean isPair(PrivateKey key, PublicKey publicKey) {
        try {
            var signature = Signature.getInstance(SIGNATURES.getOrDefault(publicKey.getAlgorithm(), "none"));
            signature.initSign(key);
            signature.update(SIGNED);
            var signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(SIGNED);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new IllegalStateException("nothing was read", e);
        }
        return store;
    }

    private static TrustManager[] trust(List<X509Certificate> authorities) throws GeneralSecurityException {
        var store = emptyStore();
        for (var i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("ca" + i, authorities.get(i));
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
