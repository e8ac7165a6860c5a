package io.leat.ingestion.privacy;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FieldTags;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.Protection;
import io.leat.pipeline.definition.RuleSet;
import io.leat.pipeline.registry.RegistryRules;
import java.util.Map;
import java.util.Set;

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
   * What a contract comes to with a registry that holds this.
   *
   * @param registry what it holds beside the newest schema
   * @param registered tags of the newest schema in the registry, by path
   * @throws LeatException with a sentence for each protection that cannot be, which the registry's
   *     tags may bring about
   */
  public static Sensitive of(
      Contract contract, RuleSet registry, Map<String, Set<String>> registered) {
    try {
      return of(RegistryRules.join(contract, registry, registered));
    } catch (PipelineException e) {
      throw new LeatException(ErrorCode.REGISTRY, e.getMessage(), e);
    }
  }

  public static Sensitive of(RegistryRules rules) {
    return new Sensitive(rules.tags(), rules.protectedFields());
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
