// Several services in one process share its meters: /metrics of one would count the steps of another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
