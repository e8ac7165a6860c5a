package io.leat.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.ParsedSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.RestService;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.avro.shaded.com.fasterxml.jackson.core.type.TypeReference;
import org.apache.flink.avro.shaded.com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * Avro schemas by id and by subject, from any registry that speaks Confluent's REST API.
 * Thread-safe.
 *
 * <p>What was once seen is answered from memory: a schema id never changes its meaning, so neither
 * does a cached answer, and a registry that is down stops nothing for schemas already seen.
 * Failures are not cached.
 *
 * <p>The only class that names Confluent's client library.
 */
public final class RegistryClient {
  private static final String IN_MEMORY = "mock://";
  private static final int CAPACITY = 10_000;

  /** Confluent's own is a minute for each; callers ask again, and a service is to stop in time. */
  private static final Map<String, String> TIMEOUT =
      Map.of("http.connect.timeout.ms", "10000", "http.read.timeout.ms", "30000");

  /**
   * Subject, version or schema unknown: 40401, 40402, 40403; a wrong address says something else.
   */
  private static final int NOT_FOUND_CODES = 404;

  private static final int HTTP_CONFLICT = 409;
  private static final int HTTP_UNPROCESSABLE = 422;

  /** How the client's exception begins for a schema that is JSON, Protobuf or broken Avro. */
  private static final String NOT_AVRO = "Invalid schema ";

  private static final Pattern WITH_CREDENTIALS =
      Pattern.compile("(?<scheme>\\w+://)(?<credentials>[^/]*)@(?<host>.*)");

  /** The address as messages show it. */
  private final String shownUrl;

  private final SchemaRegistryClient client;
  private final @Nullable RestService rest;
  private final Map<Integer, Schema> byId = new ConcurrentHashMap<>();
  private final Map<String, Map<Schema, Integer>> ids = new ConcurrentHashMap<>();

  /**
   * @param url base address, for example {@code http://localhost:8085/apis/ccompat/v7}; {@code
   *     mock://<name>} is a registry in this process's memory, for tests. User and password in it,
   *     {@code http://user:password@host}, are sent as HTTP's basic authentication, and shown in no
   *     message and no log
   * @param settings further settings of Confluent's client, such as {@code basic.auth.user.info}
   */
  public RegistryClient(String url, Map<String, String> settings) {
    this.shownUrl = Secrets.withoutCredentials(url);
    Matcher withCredentials = WITH_CREDENTIALS.matcher(url);
    Map<String, String> all = new HashMap<>(TIMEOUT);
    all.putAll(settings);
    String address = url;
    if (withCredentials.matches()) {
      // The client logs the address that it asks.
      address = withCredentials.group("scheme") + withCredentials.group("host");
      all.put("basic.auth.credentials.source", "USER_INFO");
      all.put("basic.auth.user.info", decoded(withCredentials.group("credentials")));
    }
    this.rest = url.startsWith(IN_MEMORY) ? null : new RestService(address);
    this.client =
        rest == null
            ? SchemaRegistryClientFactory.newClient(
                List.of(address), CAPACITY, List.of(new AvroSchemaProvider()), all, Map.of())
            : new CachedSchemaRegistryClient(
                rest, CAPACITY, List.of(new AvroSchemaProvider()), all, Map.of());
  }

  private static String decoded(String percentEncoded) {
    return URLDecoder.decode(percentEncoded.replace("+", "%2B"), UTF_8);
  }

  public RegistryClient(String url) {
    this(url, Map.of());
  }

  /** A registered schema: its id, the subject's version and the schema itself. */
  public record Registered(int id, int version, Schema schema) {}

  /**
   * The schema that bears an id, with the schemas that it refers to.
   *
   * @return empty if the registry knows no such id
   * @throws RegistryException if the registry could not be asked; not retriable if what it holds
   *     under the id is no Avro schema
   */
  public Optional<Schema> schema(int id) {
    Schema known = byId.get(id);
    if (known != null) {
      return Optional.of(known);
    }
    return call("read schema id " + id, () -> parse(client.getSchemaById(id)))
        .map(
            schema -> {
              byId.put(id, schema);
              return schema;
            });
  }

  /**
   * Registers a schema under a subject, unless it is there already, and gives its id.
   *
   * @throws RegistryException not retriable if the schema is incompatible with the subject's
   *     earlier ones
   */
  public int register(String subject, Schema schema) {
    Map<Schema, Integer> known = ids.computeIfAbsent(subject, s -> new ConcurrentHashMap<>());
    Integer id = known.get(schema);
    if (id == null) {
      id =
          call(
                  "register a schema under " + subject,
                  () -> client.register(subject, confluent(schema)))
              .orElseThrow();
      known.put(schema, id);
      byId.put(id, schema);
    }
    return id;
  }

  /**
   * The newest schema of a subject, with the schemas that it refers to; empty if the subject is
   * unknown. Always asks the registry which it is.
   */
  public Optional<Registered> latest(String subject) {
    return call(
        "read the newest schema of " + subject,
        () -> {
          var found = client.getLatestSchemaMetadata(subject);
          return new Registered(
              found.getId(), found.getVersion(), parse(client.getSchemaById(found.getId())));
        });
  }

  /**
   * All schemas of a subject, oldest first, with the schemas that they refer to; empty if the
   * subject is unknown. Always asks the registry which they are.
   */
  public List<Registered> versions(String subject) {
    return call(
            "read the schemas of " + subject,
            () -> {
              List<Registered> versions = new ArrayList<>();
              for (int version : client.getAllVersions(subject)) {
                int id = client.getSchemaMetadata(subject, version).getId();
                versions.add(new Registered(id, version, parse(client.getSchemaById(id))));
              }
              return versions;
            })
        .orElse(List.of());
  }

  /**
   * What the registry holds beside the newest schema of a subject, as it holds it: an object with
   * {@code metadata} and {@code ruleSet} among others (a Confluent data contract); empty if the
   * subject is unknown. Always asks the registry.
   */
  public Optional<String> dataContract(String subject) {
    RestService service = rest;
    if (service == null) {
      return Optional.empty();
    }
    return call(
        "read the data contract of " + subject,
        () ->
            service
                .httpRequest(
                    "subjects/" + URLEncoder.encode(subject, UTF_8) + "/versions/latest",
                    "GET",
                    null,
                    RestService.DEFAULT_REQUEST_PROPERTIES,
                    new TypeReference<JsonNode>() {})
                .toString());
  }

  /** Sets how a subject's schemas may change, if it is not set so already. */
  public void setCompatibility(String subject, String level) {
    call(
        "set the compatibility of " + subject + " to " + level,
        () -> client.updateCompatibility(subject, level));
  }

  /**
   * How a subject's schemas may change, by the registry's name for it; empty where that is not said
   * of the subject itself.
   */
  public Optional<String> compatibility(String subject) {
    return call("read the compatibility of " + subject, () -> client.getCompatibility(subject));
  }

  /** The version that a schema has under a subject; empty if it is not registered there. */
  public Optional<Integer> version(String subject, Schema schema) {
    return call(
        "look up a schema under " + subject, () -> client.getVersion(subject, confluent(schema)));
  }

  /**
   * Why a schema would be refused as the next version of a subject, in the registry's words where
   * it has any; empty if it would be taken or the subject is new.
   */
  public List<String> incompatibilities(String subject, Schema schema) {
    return call("check a schema against " + subject, () -> reasons(subject, confluent(schema)))
        .orElse(List.of());
  }

  /** Apicurio says that a schema is incompatible, but not why; Confluent's registry says both. */
  private List<String> reasons(String subject, AvroSchema schema)
      throws IOException, RestClientException {
    if (client.testCompatibility(subject, schema)) {
      return List.of();
    }
    List<String> reasons = client.testCompatibilityVerbose(subject, schema);
    return reasons.isEmpty()
        ? List.of("it is not compatible with the newest schema of " + subject)
        : reasons;
  }

  private static AvroSchema confluent(Schema schema) {
    return new AvroSchema(schema.toString());
  }

  /** Trusts a registered schema's defaults: not all registries check them, and only readers do. */
  private static Schema parse(ParsedSchema schema) {
    return new Schema.Parser()
        .setValidateDefaults(false)
        .parse(((AvroSchema) schema).rawSchema().toString());
  }

  private interface Call<T> {
    T run() throws IOException, RestClientException;
  }

  private <T> Optional<T> call(String what, Call<T> call) {
    try {
      return Optional.ofNullable(call.run());
    } catch (RestClientException e) {
      if (e.getErrorCode() / 100 == NOT_FOUND_CODES) {
        return Optional.empty();
      }
      if (e.getStatus() == NOT_FOUND_CODES) {
        throw new RegistryException(
            "What answers at %s is no schema registry: it does not know how to %s. Is the address right, its path too?"
                .formatted(shownUrl, what),
            true,
            e);
      }
      boolean refused = e.getStatus() == HTTP_CONFLICT || e.getStatus() == HTTP_UNPROCESSABLE;
      throw new RegistryException(
          "The schema registry at %s could not %s: %s".formatted(shownUrl, what, message(e)),
          !refused,
          e);
    } catch (AvroRuntimeException e) {
      throw notAvro(what, e);
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).startsWith(NOT_AVRO)) {
        throw notAvro(what, e);
      }
      throw new RegistryException(
          "The schema registry at %s did not answer when asked to %s: %s. Is it running?"
              .formatted(shownUrl, what, message(e)),
          true,
          e);
    }
  }

  private static String message(Exception e) {
    return Secrets.withoutCredentials(String.valueOf(e.getMessage()));
  }

  private RegistryException notAvro(String what, Exception cause) {
    return new RegistryException(
        "The schema registry at %s could %s, but what it holds there is no Avro schema: %s"
            .formatted(shownUrl, what, message(cause)),
        false,
        cause);
  }
}
