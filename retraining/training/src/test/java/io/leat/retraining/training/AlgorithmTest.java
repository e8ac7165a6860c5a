package io.leat.retraining.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AlgorithmTest {
  @Test
  void namesAndHyperparametersNeedNoLibraryOfTrainers() throws Exception {
    List<URL> paths = new ArrayList<>();
    for (String path : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!path.contains("xgboost") && !path.contains("tribuo")) {
        paths.add(Path.of(path).toUri().toURL());
      }
    }
    try (URLClassLoader loader =
        new URLClassLoader(paths.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> algorithm = loader.loadClass(Algorithm.class.getName());
      for (Object one : algorithm.getEnumConstants()) {
        assertThat((List<?>) algorithm.getMethod("hyperparameters").invoke(one)).isNotEmpty();
        assertThat((List<?>) algorithm.getMethod("defaultGrid").invoke(one)).isNotEmpty();
      }
      assertThatThrownBy(() -> loader.loadClass("ml.dmlc.xgboost4j.java.Booster"))
          .isInstanceOf(ClassNotFoundException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theirOwnValuesAreAllowed(Algorithm algorithm) {
    assertThat(Algorithm.labelled(algorithm.label())).contains(algorithm);
    assertThat(algorithm.hyperparameters())
        .allSatisfy(one -> assertThat(one.allows(one.value())).isTrue());
  }

  @Test
  void whatIsNoHyperparameterOrOutOfRangeIsNamed() {
    assertThatThrownBy(() -> Hyperparameters.of(Algorithm.BOOSTED_TREES, Map.of("depth", 3.0)))
        .hasMessageContaining("boosted_trees has no hyperparameter depth")
        .hasMessageContaining("max_depth");
    assertThatThrownBy(() -> Hyperparameters.of(Algorithm.BOOSTED_TREES, Map.of("max_depth", 3.5)))
        .hasMessage("max_depth of boosted_trees is 3.5; expected a whole number from 1 to 16");
    assertThatThrownBy(() -> Hyperparameters.of(Algorithm.LINEAR, Map.of("l2", 0.0)))
        .hasMessageContaining("l2 of linear is 0.0; expected a number from");
  }
}
