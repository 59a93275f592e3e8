# Targets one can only ask: what they say of the user's pictures.
#
#   in:  results/datasets/{target}-images/…, {target}-auxiliary/…, a model file or an endpoint, as under asked in config
#   out: results/predictions/{classifier}/{dataset}.parquet; results/asked/{classifier}/ is no output: it must last


rule ask_model:
    input:
        model=model_of,
        questions=both("results/datasets/{dataset}/questions.npy"),
        samples=both("results/datasets/{dataset}/samples.parquet"),
        splits="results/classifiers/{classifier}/splits.parquet",
    output:
        predictions=both("results/predictions/{classifier}/{dataset}.parquet"),
    log:
        "results/logs/ask_model/{classifier}.log",
    benchmark:
        "results/benchmarks/ask_model/{classifier}.tsv"
    wildcard_constraints:
        classifier=answering("model"),
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    # What asking may cost, not what comes of it: resources, since a changed one reruns nothing.
    resources:
        **asks("network"),
        gpu=GPU,
        max_questions=of_asked("max_questions"),
        price_usd=lambda wildcards: str(asked.entry(config, wildcards.classifier)["price_usd"]),
        max_cost_usd=lambda wildcards: str(asked.entry(config, wildcards.classifier)["max_cost_usd"]),
        confirm_spend=lambda wildcards: str(asked.entry(config, wildcards.classifier)["confirm_spend"]),
    params:
        code=code("ask_model"),
        model=of_asked("model"),
        # Of the user's own file: an older one that takes its place is another, too.
        state=lambda wildcards: file_elsewhere(config["asked"][wildcards.classifier]["model"]),
        architecture=of_asked("architecture"),
        output=of_asked("output"),
        size=of_asked("size"),
        colour=of_asked("colour"),
        mean=of_asked("mean"),
        deviation=of_asked("deviation"),
        scale=of_asked("scale"),
        classes=of_asked("classes"),
        names=of_asked("names"),
        releases=of_asked("releases"),
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.ask_model \
            --target {wildcards.classifier} \
            --model {params.model:q} \
            --architecture={params.architecture:q} \
            --output={params.output:q} \
            --size {params.size:q} \
            --colour {params.colour:q} \
            --mean {params.mean:q} \
            --deviation {params.deviation:q} \
            --scale {params.scale:q} \
            --classes {params.classes:q} \
            --names {params.names:q} \
            --releases {params.releases:q} \
            --questions {input.questions:q} \
            --samples {input.samples:q} \
            --splits {input.splits:q} \
            --max-questions {resources.max_questions} \
            --price-usd {resources.price_usd} \
            --max-cost-usd {resources.max_cost_usd} \
            --confirm-spend {resources.confirm_spend} \
            --threads {params.threads:q} \
            --account results/asked/{wildcards.classifier} \
            --predictions {output.predictions:q} \
            &>{log:q}
        """


rule ask_endpoint:
    input:
        questions=both("results/datasets/{dataset}/questions.npy"),
        samples=both("results/datasets/{dataset}/samples.parquet"),
        splits="results/classifiers/{classifier}/splits.parquet",
    output:
        predictions=both("results/predictions/{classifier}/{dataset}.parquet"),
    log:
        "results/logs/ask_endpoint/{classifier}.log",
    benchmark:
        "results/benchmarks/ask_endpoint/{classifier}.tsv"
    wildcard_constraints:
        classifier=answering("endpoint"),
    conda:
        "../../envs/obverse.yaml"
    # How it is asked and what that may cost, not what comes of it: resources, since a changed one reruns nothing.
    resources:
        **asks("waiting"),
        connections=of_endpoint("connections"),
        timeout_seconds=lambda wildcards: str(asked.entry(config, wildcards.classifier)["endpoint"]["timeout_seconds"]),
        attempts=of_endpoint("attempts"),
        max_questions=of_asked("max_questions"),
        price_usd=lambda wildcards: str(asked.entry(config, wildcards.classifier)["price_usd"]),
        max_cost_usd=lambda wildcards: str(asked.entry(config, wildcards.classifier)["max_cost_usd"]),
        confirm_spend=lambda wildcards: str(asked.entry(config, wildcards.classifier)["confirm_spend"]),
        authorization=of_endpoint("authorization"),
    params:
        code=code("ask_endpoint"),
        url=of_endpoint("url"),
        body=of_endpoint("body"),
        scores=of_endpoint("scores"),
        size=of_asked("size"),
        colour=of_asked("colour"),
        scale=of_asked("scale"),
        classes=of_asked("classes"),
        names=of_asked("names"),
        releases=of_asked("releases"),
    shell:
        r"""
        python -m obverse.ask_endpoint \
            --target {wildcards.classifier} \
            --url {params.url:q} \
            --body={params.body:q} \
            --scores={params.scores:q} \
            --size {params.size:q} \
            --colour {params.colour:q} \
            --authorization={resources.authorization:q} \
            --connections {resources.connections} \
            --timeout-seconds {resources.timeout_seconds} \
            --attempts {resources.attempts} \
            --scale {params.scale:q} \
            --classes {params.classes:q} \
            --names {params.names:q} \
            --releases {params.releases:q} \
            --questions {input.questions:q} \
            --samples {input.samples:q} \
            --splits {input.splits:q} \
            --max-questions {resources.max_questions} \
            --price-usd {resources.price_usd} \
            --max-cost-usd {resources.max_cost_usd} \
            --confirm-spend {resources.confirm_spend} \
            --account results/asked/{wildcards.classifier} \
            --predictions {output.predictions:q} \
            &>{log:q}
        """
