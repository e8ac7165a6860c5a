package io.leat.pipeline.reader;

import io.leat.pipeline.yaml.Value;
import java.util.Optional;

/** Where the definitions of one kind are gathered as their files are read. */
interface Declarations<T> {
  /** Adds a definition, or a broken one's name; reports what is declared twice. */
  void add(Value place, String name, Optional<T> definition);

  /** Notes that some definition could not even tell its name. */
  void missOne();
}
