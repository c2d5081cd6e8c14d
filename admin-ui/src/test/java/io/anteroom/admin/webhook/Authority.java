// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;

/** An authority of the tests' own: signs certificates for hosts, in DER by hand, as the JDK has no API to make one. */
final class Authority {
    private static final byte[] ECDSA_WITH_SHA256 = HexFormat.of().parseHex("300a06082a8648ce3d040302");
    private static final byte[] ALTERNATIVE_NAMES = HexFormat.of().parseHex("0603551d11");
    private static final byte[] IS_AUTHORITY = HexFormat.of().parseHex("300f0603551d130101ff040530030101ff");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final AtomicInteger SERIAL = new AtomicInteger(1);

    private final KeyPair keys = keys();
    private final X500Principal name;
    private final X509Certificate certificate;

    Authority(String name) throws Exception {
        this.name = new X500Principal("CN=" + name);
        certificate = certificate(this.name, keys.getPublic(), Instant.now().plusSeconds(3600), IS_AUTHORITY);
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), new SecureRandom());
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    String pem() throws Exception {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    /** What a server of this host shows. */
    SSLContext server(String host, Instant expires) throws Exception {
        KeyPair own = keys();
        X509Certificate signed =
                certificate(new X500Principal("CN=" + host), own.getPublic(), expires, alternativeName(host));
        return context(own.getPrivate(), signed, certificate);
    }

    /** What a server shows that has signed its certificate itself. */
    static SSLContext selfSigned(String host) throws Exception {
        Authority self = new Authority(host);
        X509Certificate own = self.certificate(
                self.name, self.keys.getPublic(), Instant.now().plusSeconds(3600), alternativeName(host));
        return context(self.keys.getPrivate(), own);
    }

    private static SSLContext context(PrivateKey key, Certificate... chain) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("host", key, new char[0], chain);
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static byte[] alternativeName(String host) {
        byte[] names = der(0x30, der(0x82, host.getBytes(StandardCharsets.US_ASCII)));
        return der(0x30, ALTERNATIVE_NAMES, der(0x04, names));
    }

    private X509Certificate certificate(X500Principal subject, PublicKey key, Instant expires, byte[] extension)
            throws Exception {
        byte[] toSign = der(
                0x30,
                der(0xa0, der(0x02, new byte[] {2})),
                der(0x02, BigInteger.valueOf(SERIAL.getAndIncrement()).toByteArray()),
                ECDSA_WITH_SHA256,
                name.getEncoded(),
                der(0x30, time(expires.minus(Duration.ofDays(30))), time(expires)),
                subject.getEncoded(),
                key.getEncoded(),
                der(0xa3, der(0x30, extension)));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(keys.getPrivate());
        signature.update(toSign);
        byte[] whole = der(0x30, toSign, ECDSA_WITH_SHA256, der(0x03, new byte[] {0}, signature.sign()));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
    }

    private static byte[] time(Instant at) {
        return der(0x18, TIME.format(at).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length < 0x80) {
            out.write(length);
        } else {
            byte[] bytes = BigInteger.valueOf(length).toByteArray();
            int first = bytes[0] == 0 ? 1 : 0;
            out.write(0x80 | (bytes.length - first));
            out.write(bytes, first, bytes.length - first);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
