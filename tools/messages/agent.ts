import type { Entry } from "./catalogue.ts";

/** The agent on premises and its service: messages of `exo-connector agent` and `exo-connector agent-front`. */
export const agent: readonly Entry[] = [
  {
    outcome: "invalid",
    why: "The file is not the half of an RSA key pair that the agent's command needs.",
    mend:
      "Make a pair with `exo-connector agent keygen`, and name the file that the message expects " +
      "([agent](agent.md)).",
    of: [
      "is a key of SSH",
      "is not a public key, or is damaged",
      "is the public half",
      "is not a private key in PEM",
      "is a key of the type",
      "is an RSA key of",
    ],
  },
  {
    outcome: "invalid",
    why: "A private key was named where a public one belongs. It has left its machine.",
    mend: "Delete both files, make a new pair with `exo-connector agent keygen`, and name `agent.pub`.",
    of: ["is a private key, which must not leave the machine of the agent"],
  },
  {
    outcome: "invalid",
    why: "The private key of the agent does not open.",
    mend:
      "Name the right file with `--passphrase-file`. If the passphrase is lost, make a new pair and let the " +
      "service seal a new file.",
    of: ["is protected with a passphrase, and none was named", "The passphrase does not open"],
  },
  {
    outcome: "invalid",
    why: "The sealed configuration is not for this agent, is damaged, or is no longer valid.",
    mend: "Let the service seal a new one for the public key of this agent (`exo-connector agent seal`).",
    of: [
      "is not a sealed configuration of an agent",
      "is sealed for the key with the thumbprint",
      "was altered or damaged since the service sealed it",
      "is signed by the service, but is not",
      "expired at",
    ],
  },
  {
    outcome: "invalid",
    why: "Someone else than your service has made the sealed configuration, or the thumbprint was mistyped.",
    mend:
      "Compare the thumbprint with the one that `exo-connector agent seal` shows. If they differ, " +
      "do not use the file.",
    of: ["is signed by a service with the thumbprint"],
  },
  {
    outcome: "invalid",
    why: "The agent is older than the service that sealed its configuration.",
    mend: "Update the agent.",
    of: ["of a newer version of the connector; this one reads format …: update"],
  },
  {
    outcome: "invalid",
    why: "The clock of the agent's machine is wrong.",
    mend: "Let it follow a time server.",
    of: ["was sealed at"],
  },
  {
    outcome: "invalid",
    why: "The folder is not the one in which `exo-connector agent seal` keeps the service's agents.",
    mend: "Name that folder with `--state`.",
    of: ["is not the state folder of a service of agents"],
  },
  {
    outcome: "forbidden",
    why: "The agent was revoked, or the service was set up anew and does not know it.",
    mend: "Let the service seal a new file, and enrol the agent with it.",
    of: ["The service knows no agent", "was revoked at …: it gets no more work"],
  },
  {
    outcome: "invalid",
    why: "The thumbprint that was typed is not that of the key that waits, or no agent has enrolled yet.",
    mend: "Compare it with the one that `exo-connector agent enrol` has shown on the machine of the agent.",
    of: ["so there is no key to confirm", "has the thumbprint …, not"],
  },
  {
    outcome: "forbidden",
    why: "The token of a sealed file works once, for seven days, and for one agent.",
    mend:
      "Let the service seal a new file. If the token was used already and you did not use it, revoke the agent: " +
      "someone else may have its file.",
    of: [
      "is not the one in the sealed file of agent",
      "The token was used already",
      "The token expired at",
    ],
  },
  {
    outcome: "forbidden",
    why: "A request was signed with a key that another one has followed.",
    mend: "Look for a copy of the agent's state folder on another machine. If you find none, revoke the agent.",
    of: ["was followed by another already"],
  },
  {
    outcome: "forbidden",
    why: "The clocks of the agent's machine and of the service differ.",
    mend: "Let both follow a time server. A difference of less than a minute does no harm.",
    of: [
      "The clock of the agent's machine is … ahead",
      "The clock of the agent's machine is … behind",
    ],
  },
  {
    outcome: "forbidden",
    why: "The request was on its way for too long, or the service has just started.",
    mend: "Nothing: the agent signs it again. If it stays, look at the proxies between agent and service.",
    of: ["a signature is valid for", "was signed before the service started"],
  },
  {
    outcome: "forbidden",
    why: "Something between agent and service changes or repeats requests, or someone tries to get in.",
    mend: "Look at the proxies, and at the addresses from which the requests come. No such request is carried out.",
    of: [
      "is not one of the key",
      "was signed for a service with another key",
      "was signed for another operation",
      "The body of the request was changed",
      "was sent already, and each is accepted once",
      "is not signed as an agent signs",
    ],
  },
  {
    outcome: "forbidden",
    why: "An administrator of the service has not confirmed the key of the agent yet.",
    mend: "`exo-connector agent confirm`, after the thumbprint was compared with the one on the agent's machine.",
    of: ["waits until an administrator confirms its key"],
  },
  {
    outcome: "forbidden",
    why: "The service does not accept the key of the agent, or not any more: it was away for too long.",
    mend: "Let the service seal a new file, and enrol the agent with it. If you do not know the key, revoke the agent.",
    of: [
      "so it gets no more work: enrol it again",
      "ended at …: enrol it again",
      "as one of this agent",
    ],
  },
  {
    outcome: "forbidden",
    why: "The service refuses the agent, for the reason in the message.",
    mend: "Look for that reason on this page.",
    of: ["The service refuses the agent: …"],
  },
  {
    outcome: "invalid",
    why: "Agent and service are of different versions, or something else answers at the address of the service.",
    mend: "Update both to one version, and check the address.",
    of: ["The body of the request cannot be used"],
  },
  {
    outcome: "unknown",
    why: "Something else than the service answers, such as a proxy, or the service has a fault of its own.",
    mend: "Check the address and the log of `exo-connector agent-front`. The agent tries again.",
    of: ["and not as a service of agents does"],
  },
  {
    outcome: "invalid",
    why: "The folder has no agent.",
    mend: "Name the folder of `exo-connector agent enrol`, or enrol first.",
    of: ["No agent has enrolled with the state folder"],
  },
  {
    outcome: "invalid",
    why: "The form names a connection with agents, and the event runs where no agent connects.",
    mend:
      "Let events of this system run in `exo-connector agent-front`: with HelloID's scripts, name the file of its " +
      "`--socket` in _Service file_ ([agent](agent.md#events)).",
    of: ["has to run in exo-connector agent-front"],
  },
  {
    outcome: "invalid",
    why: "With an agent, hosts and account of Active Directory are on the agent's machine, and not in the form.",
    mend: "Empty the fields that the message names, or _Agent connection_.",
    of: ["expected none: the agent has its own hosts and account"],
  },
  {
    outcome: "unknown",
    why: "No agent of the connection asks for work, so nothing was sent.",
    mend:
      "Start the agent, or compare the ID in _Agent connection_ with that of `agent seal --connection`. " +
      "`exo-connector agent status` shows what each side knows.",
    of: ["was not sent: no agent of the connection"],
  },
  {
    outcome: "unknown",
    why: "The agent ended, or its connection was cut, while it had the job. A change may have been made.",
    mend: "Retry the action: what is in place already is left as it is. If it stays, look at the log of the agent.",
    of: [
      "was not heard of for",
      "a part of the agent's answer is missing",
      "No one waits for it any more",
      "with something else than objects with the requested attributes",
    ],
  },
  {
    outcome: "unknown",
    why: "The job was on its way for too long, and was not carried out. Or the clock of the agent's machine was set.",
    mend: "Retry the action. If it stays, look at the network between agent and service.",
    of: ["had to be begun", "gave no answer for"],
  },
  {
    outcome: "forbidden",
    why: "The agent does not do this, whatever its service asks for, or the site does not allow it.",
    mend:
      "If the site should allow it, change the file of `agent run --allow` " +
      "([agent](agent.md#what-the-agent-allows)).",
    of: ["The agent refuses the job, because it …."],
  },
  {
    outcome: "forbidden",
    why: "The agent has no account of Active Directory.",
    mend: "Run `exo-connector agent account` on its machine.",
    of: ["The agent has no account of Active Directory yet"],
  },
  {
    outcome: "forbidden",
    why:
      "The domain refused the sign-in of the agent's account, for the reason in the message. The agent waits before " +
      "it tries that again.",
    mend:
      "Correct the account in Active Directory, and run `exo-connector agent account` on the agent's machine: the " +
      "next job uses it.",
    of: ["The agent does not sign in as"],
  },
  {
    outcome: "invalid",
    why: "The event would take the access of the very account that the agent works as.",
    mend: "Leave this account out of the business rules.",
    of: ["the account that the agent itself signs in as"],
  },
  {
    outcome: "forbidden",
    why: "Something between agent and service changes or repeats jobs, or someone tries to give the agent work.",
    mend: "Look at the proxies between them. No such job is carried out.",
    of: [
      "A job was changed on its way",
      "A job is signed with the key",
      "A job is for the agent",
      "arrived a second time, and each is carried out once",
    ],
  },
  {
    outcome: "invalid",
    why: "Agent and service are of different versions.",
    mend: "Update both to one version.",
    of: ["The agent does not carry out the job, because …"],
  },
];
