package io.leat.models.artifact;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A bucket, and what in it has a prefix: who asks, where it is, and what is said of what fails. The
 * client is made when it is first needed. Thread-safe.
 */
final class S3Bucket implements AutoCloseable {
  static final String SCHEME = "s3://";

  private static final Pattern ADDRESS =
      Pattern.compile("s3://([A-Za-z0-9][A-Za-z0-9._-]{1,254})(?:/([^?#]*))?");

  /** Three are made in the retry mode "standard": who does not answer is told of in 2 minutes. */
  private static final Duration CONNECT = Duration.ofSeconds(5);

  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final Duration WHOLE_CALL = Duration.ofMinutes(10);

  private static final String ENDPOINT_S3 = "AWS_ENDPOINT_URL_S3";
  private static final String ENDPOINT = "AWS_ENDPOINT_URL";
  private static final int SERVER_ERROR = 500;

  private final String bucket;
  private final String prefix;
  private final Duration silence;
  private @Nullable S3Client client;

  private S3Bucket(String bucket, String prefix, Duration silence) {
    this.bucket = bucket;
    this.prefix = prefix;
    this.silence = silence;
  }

  static S3Bucket at(String address) {
    return at(address, SILENCE);
  }

  /**
   * @param address {@code s3://bucket/prefix}
   * @param silence how long no byte may come
   */
  static S3Bucket at(String address, Duration silence) {
    Matcher parts = ADDRESS.matcher(address);
    if (!parts.matches()) {
      // Not repeated: somebody may have put keys into it.
      throw new LeatException(
          ErrorCode.SETTING,
          "an address that begins with s3:// has no bucket, or more than a bucket and a prefix; expected s3://bucket/prefix. Keys belong into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, another endpoint than Amazon's into %s."
              .formatted(ENDPOINT_S3));
    }
    String prefix = Objects.requireNonNullElse(parts.group(2), "").replaceAll("^/+|/+$", "");
    return new S3Bucket(parts.group(1), prefix.isEmpty() ? "" : prefix + "/", silence);
  }

  String name() {
    return bucket;
  }

  /** Empty, or with a slash at its end. */
  String prefix() {
    return prefix;
  }

  /** The address of an object. */
  String place(String key) {
    return SCHEME + bucket + "/" + key;
  }

  private S3Client connect() {
    Optional<String> endpoint = endpoint();
    Region region = region(endpoint);
    return S3Client.builder()
        .region(region)
        .credentialsProvider(credentials())
        .forcePathStyle(endpoint.isPresent())
        .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false))
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(silence))
        .overrideConfiguration(
            calls -> calls.apiCallTimeout(WHOLE_CALL).retryStrategy(RetryMode.STANDARD))
        // Bytes are held against their SHA-256 here; not all who speak S3 know its newer checksums.
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .build();
  }

  private static AwsCredentialsProvider credentials() {
    DefaultCredentialsProvider credentials = DefaultCredentialsProvider.builder().build();
    try {
      credentials.resolveCredentials(); // kept by the provider
      return credentials;
    } catch (SdkClientException e) {
      credentials.close();
      throw new LeatException(
          ErrorCode.ARTIFACTS,
          "there are no keys for the store of artifacts. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or put them into ~/.aws/credentials.",
          e);
    }
  }

  /** As the SDK has it, for messages and for what else depends on it. */
  private static Optional<String> endpoint() {
    return Stream.of(
            System.getProperty("aws.endpointUrlS3"),
            System.getenv(ENDPOINT_S3),
            System.getProperty("aws.endpointUrl"),
            System.getenv(ENDPOINT))
        .filter(Objects::nonNull)
        .findFirst();
  }

  private static Region region(Optional<String> endpoint) {
    AwsRegionProvider regions =
        endpoint.isPresent()
            ? new AwsRegionProviderChain( // no instance of Amazon's is asked
                new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
            : DefaultAwsRegionProviderChain.builder().build();
    try {
      return regions.getRegion();
    } catch (SdkClientException e) {
      if (endpoint.isPresent()) {
        return Region.US_EAST_1; // others have none, and sign with this one
      }
      throw new LeatException(
          ErrorCode.ARTIFACTS,
          "no region of Amazon S3 is set. Set AWS_REGION, or %s where the store is another's."
              .formatted(ENDPOINT_S3),
          e);
    }
  }

  /**
   * Asks the bucket.
   *
   * @param key of the object that is asked for, for messages
   */
  <T> T call(String key, Function<S3Client, T> request) {
    try {
      return request.apply(connected());
    } catch (AwsServiceException e) {
      throw refused(key, e);
    } catch (SdkException e) {
      throw new LeatException(
          ErrorCode.ARTIFACTS,
          "%s does not answer for %s: %s. See that it runs, and that its address is right (%s)."
              .formatted(where(), place(key), e.getMessage(), ENDPOINT_S3),
          e);
    }
  }

  private LeatException refused(String key, AwsServiceException e) {
    // Code and sentence of the answer: what else it holds is not for others' eyes.
    String code = "";
    String sentence = "";
    if (e.awsErrorDetails() != null) {
      code = Objects.requireNonNullElse(e.awsErrorDetails().errorCode(), "");
      sentence = Objects.requireNonNullElse(e.awsErrorDetails().errorMessage(), "");
    }
    if (code.equals("NoSuchKey")) {
      return new LeatException(
          ErrorCode.MODEL,
          "There is no artifact %s. Is this the store that the model was published to (--artifacts)?"
              .formatted(place(key)),
          e);
    }
    if (code.equals("NoSuchBucket")) {
      return new LeatException(
          ErrorCode.ARTIFACTS,
          "There is no bucket %s at %s. Make it, or correct the address of the store."
              .formatted(bucket, where()),
          e);
    }
    String remedy =
        e.statusCode() >= SERVER_ERROR
            ? "See that the store is well."
            : "See that AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION are right, and that the key may s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject there.";
    return new LeatException(
        ErrorCode.ARTIFACTS,
        "%s answers %d %s %s for %s. %s"
            .formatted(where(), e.statusCode(), code, sentence, place(key), remedy),
        e);
  }

  private synchronized S3Client connected() {
    S3Client open = client;
    if (open == null) {
      open = connect();
      client = open;
    }
    return open;
  }

  private static String where() {
    return endpoint().orElse("Amazon S3");
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.close();
    }
  }
}
