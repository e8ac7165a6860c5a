package io.leat.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for localhost that nobody but {@link #trusting} trusts.
 *
 * @param certificate X.509, PEM
 * @param key PKCS#8, PEM, without password
 * @param trusting of clients that trust it
 */
public record SelfSigned(Path certificate, Path key, SSLContext trusting) {
  private static final String NAME = "server";
  private static final char[] PASSWORD = "changeit".toCharArray();

  /** Makes one with the JDK's own tool; the directory takes its files. */
  public static SelfSigned make(Path directory)
      throws IOException, GeneralSecurityException, InterruptedException {
    KeyStore store = keyPair(directory.resolve("store.p12"));
    Path certificate = directory.resolve(NAME + ".crt");
    Path key = directory.resolve(NAME + ".key");
    Files.writeString(certificate, pem("CERTIFICATE", store.getCertificate(NAME).getEncoded()));
    Files.writeString(key, pem("PRIVATE KEY", store.getKey(NAME, PASSWORD).getEncoded()));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(NAME, store.getCertificate(NAME));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return new SelfSigned(certificate, key, context);
  }

  private static KeyStore keyPair(Path file)
      throws IOException, GeneralSecurityException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    NAME,
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "san=dns:localhost",
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    new String(PASSWORD),
                    "-keystore",
                    file.toString()))
            .inheritIO()
            .start();
    int code = keytool.waitFor();
    if (code != 0) {
      throw new IllegalStateException("keytool ended with code " + code);
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(what, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), what);
  }
}
