@NullMarked
package io.leat.mlflow;

import org.jspecify.annotations.NullMarked;
