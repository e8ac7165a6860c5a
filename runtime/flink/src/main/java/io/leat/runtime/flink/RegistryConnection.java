package io.leat.runtime.flink;

import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryException;
import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the schema registry, small enough to travel with an operator. All operators of a
 * process share one client, and so its cache.
 *
 * @param url base address of Confluent's REST API
 */
public record RegistryConnection(String url) implements Serializable {
  private static final Logger log = LoggerFactory.getLogger(RegistryConnection.class);
  private static final Map<String, RegistryClient> CLIENTS = new ConcurrentHashMap<>();
  private static final Duration FIRST_WAIT = Duration.ofMillis(500);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  public RegistryClient client() {
    return CLIENTS.computeIfAbsent(url, RegistryClient::new);
  }

  /**
   * Makes a call that may ask the registry, again and again while the registry is down. The caller
   * stands still meanwhile, which holds back the records behind it: an outage loses nothing.
   *
   * @throws RegistryException if the registry answered and refused
   * @throws InterruptedException if the job is being stopped
   */
  static <T> T whenAvailable(Supplier<T> call) throws InterruptedException {
    Duration wait = FIRST_WAIT;
    while (true) {
      try {
        return call.get();
      } catch (RegistryException e) {
        if (!e.isRetriable()) {
          throw e;
        }
        log.warn("{} Nothing is lost; trying again in {}.", e.getMessage(), wait);
        Thread.sleep(wait.toMillis());
        wait =
            wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
      }
    }
  }
}
