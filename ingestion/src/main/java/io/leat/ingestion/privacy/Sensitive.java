package io.leat.ingestion.privacy;

import io.leat.pipeline.Contract;
import io.leat.pipeline.contract.FieldTags;
import io.leat.pipeline.contract.ProtectedFields;
import io.leat.pipeline.contract.Protection;
import io.leat.pipeline.contract.RuleSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What of a contract's events is sensitive, by all that is known: the schema's tags, the
 * contract's, the registry's. Immutable.
 */
public final class Sensitive {
  private final FieldTags tags;
  private final Map<String, Protection> fields;

  private Sensitive(FieldTags tags, Map<String, Protection> fields) {
    this.tags = tags;
    this.fields = fields;
  }

  /**
   * @param registry what the registry holds beside the newest schema
   * @param registered tags of the newest schema in the registry, by path
   * @throws IllegalStateException with a sentence for each protection that cannot be, which the
   *     registry's tags may bring about
   */
  public static Sensitive of(
      Contract contract, RuleSet registry, Map<String, Set<String>> registered) {
    FieldTags tags =
        FieldTags.of(contract.schema())
            .and(contract.privacy().tags())
            .and(registered)
            .andMatching(contract.ruleSet().tags())
            .andMatching(registry.tags());
    List<String> problems = new ArrayList<>();
    Map<String, Protection> fields =
        ProtectedFields.of(
            contract.privacy().protections(),
            tags,
            contract.eventTime(),
            Stream.concat(Stream.of(contract.eventId()), contract.key().stream()).toList(),
            problems::add);
    if (!problems.isEmpty()) {
      throw new IllegalStateException(
          "The contract %s cannot be kept with the tags that the registry holds: %s"
              .formatted(contract.event(), String.join("; ", problems)));
    }
    return new Sensitive(tags, fields);
  }

  public FieldTags tags() {
    return tags;
  }

  /** Path of each protected field to its protection. */
  public Map<String, Protection> fields() {
    return fields;
  }

  /** Whether anything is protected. */
  public boolean isEmpty() {
    return fields.isEmpty();
  }

  /**
   * Whether a message may quote the value of a field: neither it nor what lies in it is protected.
   */
  public boolean isQuotable(String path) {
    return fields.keySet().stream()
        .noneMatch(
            field ->
                field.equals(path) || field.startsWith(path + ".") || path.startsWith(field + "."));
  }
}
