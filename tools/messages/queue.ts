import type { Entry } from "./catalogue.ts";

/** The queue and its workers: messages of `exo-connector worker` and `exo-connector queue`. */
export const queue: readonly Entry[] = [
  {
    outcome: "invalid",
    why: "The machine has not what the queue needs.",
    mend: "Install it as [the worker](worker.md#what-it-needs) describes. Bundles and `serve` do not need it.",
    of: ["is too old for the queue", "is not installed: install it with npm"],
  },
  {
    outcome: "invalid",
    why: "The key is not the one with which the queue was sealed.",
    mend:
      "Copy the key file of the machine on which the queue was first used. Without that key, what is in the queue " +
      "cannot be read by anyone.",
    of: [
      "The queue is sealed with the key",
      "The queue is sealed with a newer key",
      "in the queue does not open",
      "There is no key file",
      "is not a key of a queue",
    ],
  },
  {
    outcome: "invalid",
    why: "The event names a configuration that the queue does not have, or has one of its own as well.",
    mend:
      "Keep the configuration with `exo-connector queue configure`, and leave `Configuration` out of the events that " +
      "name it ([the worker](worker.md#configurations-by-name)).",
    of: [
      "and the queue has none of this name",
      "is not a name; expected 1 to 60 letters",
      "TenantID is not a GUID; expected the values of the form",
      "event has no actionContext, which gets",
      "event has a configuration, and names another one",
    ],
  },
  {
    outcome: "invalid",
    why: "The name, the time or the time zone of a schedule cannot be used.",
    mend: "Correct it: five fields as in crontab, and a time zone of the IANA ([the worker](worker.md#schedules)).",
    of: [
      "is not a name of a schedule",
      "has not five fields; expected minute, hour, day, month and weekday",
      "The schedule cannot be used",
    ],
  },
  {
    outcome: "invalid",
    why: "A worker cannot listen for events over HTTP as it was asked to.",
    mend:
      "Name a free port, an address of this machine, and for one that other machines reach a certificate with its " +
      "key ([the worker](worker.md#events-over-http)).",
    of: [
      "can be reached by other machines: it needs a TLS certificate",
      "The worker cannot listen on",
      "The TLS certificate and its key cannot be used",
    ],
  },
  {
    outcome: "invalid",
    why: "A worker sends its traces over HTTP, in JSON.",
    mend:
      "Name the HTTP port of the collector in OTEL_EXPORTER_OTLP_ENDPOINT, and remove OTEL_EXPORTER_OTLP_PROTOCOL " +
      "([the worker](worker.md#traces)).",
    of: ["Traces cannot be sent by grpc"],
  },
  {
    outcome: "invalid",
    why: "A key is never replaced: what was sealed with it would be lost.",
    mend: "Name another file.",
    of: ["exists already. What was sealed"],
  },
  {
    outcome: "unknown",
    why: "The database of the queue does not answer, or refuses the connection.",
    mend: "Look at the database, its address and its password. A worker that runs already goes on when it is back.",
    of: ["The database of the queue cannot be used"],
  },
  {
    outcome: "unknown",
    why: "A worker ended, or lost its connection with the database, while the event was running.",
    mend: "Nothing: the queue repeats the event before the next one of its account.",
    of: ["The worker ended before the event", "another process may run it now"],
  },
  {
    outcome: "notYet",
    why: "An import of a queue runs in turns, so that others get theirs.",
    mend: "Nothing: the queue goes on with it.",
    of: ["The import has had its turn"],
  },
  {
    outcome: "notYet",
    why: "Access changes, so an import reports nothing that is older than an hour.",
    mend:
      "Nothing, as a rule: the queue begins it again. If that happens each time, import fewer objects, or ask " +
      "why the tenant throttles.",
    of: ["The import was not complete after an hour"],
  },
  {
    outcome: "notYet",
    why: "HelloID handed the event to a worker, and it was not through when the time of the script was over.",
    mend:
      "Nothing, as a rule: the event is carried out, and HelloID's next attempt waits behind it and finds its work " +
      "done. Look it up with `exo-connector queue answer <id>`; release one that was given up with `queue retry` " +
      "([the worker](worker.md#helloids-scripts)).",
    of: [],
    also: [
      "has no answer yet.… It is in the queue",
      "was given up, and waits in the queue until a person releases it",
    ],
  },
  {
    outcome: "unknown",
    why: "The event was dropped from the queue while its sender waited for the answer.",
    mend: "Repeat it in HelloID, if it was dropped by mistake.",
    of: [],
    also: ["left the queue without an answer"],
  },
];
