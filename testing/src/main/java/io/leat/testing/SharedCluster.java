package io.leat.testing;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests {@link TestCluster#shared}, as good as new for each test class. For tests that use
 * names of their own within their class, or {@link TestCluster#clear} it first, and leave nothing
 * of it dead.
 *
 * <pre>
 * &#64;ExtendWith(SharedCluster.class)
 * class ScoringIT {
 *   ScoringIT(TestCluster cluster) { ... }
 * }
 * </pre>
 */
public final class SharedCluster implements ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(SharedCluster.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestCluster.class;
  }

  @Override
  public TestCluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            context.getRequiredTestClass(), key -> TestCluster.shared(), TestCluster.class);
  }
}
