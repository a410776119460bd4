"""Proposals: questions to the solver about a plan, answered at once or as a job, and taken over as operations.

`asking` asks, stops and takes over, `running` is the job, `wording` says an answer in words. None of them loads the
solver before it is needed: it takes 0.6 s and 90 MB, and every process of the platform knows these modules.
"""
