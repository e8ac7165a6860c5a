package io.leat.cli.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.cli.command.PlatformOptions;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.RegistryView;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says in what two versions differ. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = "Says in what two versions differ: files, features, nulls, decisions, origin.")
final class DiffCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Parameters(
      index = "0",
      paramLabel = "MODEL@VERSION",
      converter = VersionConverter.class,
      description = "A version.")
  private ModelReference first = new ModelReference("", "");

  @Parameters(
      index = "1",
      paramLabel = "MODEL@VERSION",
      converter = VersionConverter.class,
      description = "Another.")
  private ModelReference second = new ModelReference("", "");

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    RegistryView view = platform.models(ModelRegistry::view);
    Map<String, String> before = facts(first.resolve(view).getManifest());
    Map<String, String> after = facts(second.resolve(view).getManifest());
    PrintWriter out = spec.commandLine().getOut();
    Set<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    names.removeIf(name -> before.getOrDefault(name, "").equals(after.getOrDefault(name, "")));
    for (String name : names) {
      out.printf(
          "%s: %s -> %s%n",
          name, before.getOrDefault(name, "(none)"), after.getOrDefault(name, "(none)"));
    }
    if (names.isEmpty()) {
      out.println("They are the same.");
    }
    return 0;
  }

  /** The manifest's values by their path; what is in a list by its name, where it has one. */
  private static Map<String, String> facts(String manifest) {
    Map<String, String> facts = new TreeMap<>();
    try {
      add(facts, "", JSON.readTree(manifest));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the manifest was written as JSON", e);
    }
    return facts;
  }

  private static void add(Map<String, String> facts, String path, JsonNode value) {
    String prefix = path.isEmpty() ? "" : path + ".";
    if (value.isObject()) {
      value.properties().forEach(one -> add(facts, prefix + one.getKey(), one.getValue()));
    } else if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        JsonNode element = value.get(i);
        String name = element.path("name").asText(element.path("path").asText(String.valueOf(i)));
        add(facts, prefix + name, element);
      }
    } else {
      facts.put(path, value.asText());
    }
  }
}
