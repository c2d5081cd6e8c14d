// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ModelNameTest {
    @ParameterizedTest
    @CsvSource({
        "llama3,llama3",
        "Llama3:Latest,llama3",
        "llama3:8b,llama3:8b",
        "library/llama3,llama3",
        "registry.ollama.ai/library/LLAMA3:latest,llama3",
        "x://registry.ollama.ai/library/llama3,llama3",
        "registry.ollama.ai/someone/own,someone/own",
        "meta-llama/Llama-3-8B,meta-llama/llama-3-8b",
        "library/,library/",
        ":latest,:latest"
    })
    void canonical_isTheSameForAllSpellings(String name, String canonical) {
        assertThat(ModelName.canonical(name)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({
        "llama3,Llama3,true",
        "Llama3:latest,llama3,true",
        "Registry.ollama.ai/Library/llama3,llama3:latest,true",
        "llama3,llama3:8b,false",
        "llama3,llama,false",
        "llama3:*,llama3,true",
        "llama3:*,LLAMA3:8b,true",
        "llama3:latest*,llama3,true",
        "llama3:8*,llama3,false",
        "llama3:latest-*,llama3,false",
        "l*,Llama3,true",
        "r*,llama3,false",
        "library/*,llama3,true",
        "library/*,someone/own,false",
        "library/ll*,library/Llama3,true",
        "registry.ollama.ai/*,someone/own,true",
        "someone/*,Someone/own:latest,true",
        "*,anything,true",
        "*,'',true"
    })
    void fits_whateverTheSpelling(String pattern, String name, boolean fits) {
        assertThat(ModelName.fits(pattern, ModelName.canonical(name))).isEqualTo(fits);
    }
}
