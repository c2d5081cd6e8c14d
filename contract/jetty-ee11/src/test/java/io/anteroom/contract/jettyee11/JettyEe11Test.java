// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.jettyee11;

import io.anteroom.contract.BadInputContract;
import io.anteroom.contract.BodyContract;
import io.anteroom.contract.EndingsContract;
import io.anteroom.contract.FallbackContract;
import io.anteroom.contract.LateContract;
import io.anteroom.contract.PagesContract;
import io.anteroom.contract.PlacesContract;
import io.anteroom.contract.RandomEndingsContract;
import io.anteroom.contract.RefusalContract;
import io.anteroom.contract.StartUpContract;
import org.junit.jupiter.api.Nested;

/** The contract on {@link JettyEe11}. */
final class JettyEe11Test {
    @Nested
    final class Endings extends EndingsContract {
        Endings() {
            super(new JettyEe11());
        }
    }

    @Nested
    final class Refusals extends RefusalContract {
        Refusals() {
            super(new JettyEe11());
        }
    }

    @Nested
    final class Late extends LateContract {
        Late() {
            super(new JettyEe11());
        }
    }

    @Nested
    final class Places extends PlacesContract {
        Places() {
            super(new JettyEe11());
        }
    }

    @Nested
    final class Fallbacks extends FallbackContract {
        Fallbacks() {
            super(new JettyEe11());
        }
    }

    @Nested
    final class Bodies extends BodyContract {
        Bodies() {
            super(new JettyEe11());
        }
    }

    @Nested
    final class BadInput extends BadInputContract {
        BadInput() {
            super(new JettyEe11());
        }
    }

    @Nested
    final class StartUp extends StartUpContract {
        StartUp() {
            super(new JettyEe11());
        }
    }

    @Nested
    final class Pages extends PagesContract {
        Pages() {
            super(new JettyEe11());
        }
    }

    @Nested
    final class RandomEndings extends RandomEndingsContract {
        RandomEndings() {
            super(new JettyEe11());
        }
    }
}
