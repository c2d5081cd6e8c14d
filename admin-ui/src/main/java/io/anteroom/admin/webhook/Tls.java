// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/** Whose certificates receivers of webhooks may show, and what is said of those that show another. */
final class Tls {
    private static final int DEEPEST_CAUSE = 20;
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";

    private Tls() {}

    /**
     * Reads certificates in PEM.
     *
     * @throws IllegalArgumentException if there are none, or something is none
     */
    static List<X509Certificate> read(String pem) {
        try {
            List<X509Certificate> read = new ArrayList<>();
            byte[] bytes = pem.getBytes(StandardCharsets.US_ASCII);
            for (Certificate each :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes))) {
                read.add((X509Certificate) each);
            }
            if (pem.contains(BEGIN) && !read.isEmpty()) {
                return List.copyOf(read);
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException("certificates: cannot be read (expected: PEM, " + BEGIN + " ...)", e);
        }
        throw new IllegalArgumentException("certificates: none (expected: PEM, " + BEGIN + " ...)");
    }

    /**
     * How a client speaks TLS: names of hosts are checked, and certificates by the JVM's authorities and these.
     *
     * @param authorities more than the JVM's
     */
    static SslContextFactory.Client client(List<X509Certificate> authorities) {
        SslContextFactory.Client client = new SslContextFactory.Client();
        if (!authorities.isEmpty()) {
            client.setTrustStore(store(authorities));
        }
        return client;
    }

    private static KeyStore store(List<X509Certificate> authorities) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            TrustManagerFactory usual = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            usual.init((KeyStore) null);
            for (TrustManager manager : usual.getTrustManagers()) {
                if (manager instanceof X509TrustManager known) {
                    for (X509Certificate certificate : known.getAcceptedIssuers()) {
                        store.setCertificateEntry("jvm-" + number++, certificate);
                    }
                }
            }
            for (X509Certificate certificate : authorities) {
                store.setCertificateEntry("own-" + number++, certificate);
            }
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the certificates of authorities cannot be put together", e);
        }
    }

    /** What is wrong with a receiver's certificate, for people; null if a failure is about something else. */
    static @Nullable String words(Throwable failure) {
        boolean isTls = false;
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++, cause = cause.getCause()) {
            isTls |= cause instanceof SSLException;
            if (cause instanceof CertificateExpiredException) {
                return "the certificate of the host has expired";
            }
            if (cause instanceof CertificateNotYetValidException) {
                return "the certificate of the host does not count yet";
            }
            if (cause instanceof CertPathBuilderException) {
                return "the certificate of the host is of no authority that is known here (expected: one of the JVM's,"
                        + " or of webhooks.trust-file of the server's configuration)";
            }
            String message = cause.getMessage();
            if (cause instanceof CertificateException
                    && message != null
                    && (message.startsWith("No subject alternative") || message.startsWith("No name matching"))) {
                return "the certificate of the host is for another name";
            }
        }
        return isTls ? "no TLS with the host: " + failure.getMessage() : null;
    }
}
