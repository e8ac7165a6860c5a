package io.leat.testing.soak;

import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyAttributes;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Gives every property a fixed seed and a third of its tries; in a soak ten times its tries, and a
 * seed of its own. jqwik finds it by itself. A property that names its seed keeps it.
 */
public final class PropertyTries implements AroundPropertyHook {
  private static final String SEED = "7041776";
  private static final int TRIES = 1_000;

  @Override
  public PropagationMode propagateTo() {
    return PropagationMode.ALL_DESCENDANTS;
  }

  @Override
  public PropertyExecutionResult aroundProperty(
      PropertyLifecycleContext context, PropertyExecutor property) {
    PropertyAttributes attributes = context.attributes();
    int tries = attributes.tries().orElse(TRIES);
    attributes.setTries(Soak.times((tries + 2) / 3, 10 * tries));
    if (!Soak.isOn() && attributes.seed().isEmpty()) {
      attributes.setSeed(SEED);
    }
    return property.execute();
  }
}
