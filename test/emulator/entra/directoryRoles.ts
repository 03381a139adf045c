/**
 * Template ids of directory roles, by display name; a token lists those of its application as `wids`. The first eight
 * are documented for Exchange, the others known from public clients.
 */
export const roleTemplates: Readonly<Record<string, string>> = {
  "Compliance Administrator": "17315797-102d-40b4-93e0-432062caca18",
  "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
  "Exchange Recipient Administrator": "31392ffb-586c-42d1-9346-e59415a2cc4e",
  "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
  "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
  "Helpdesk Administrator": "729827e3-9c14-49f7-bb1b-9608f156bbb8",
  "Security Administrator": "194ae4cb-b126-40b2-bd5b-6091b380977d",
  "Security Reader": "5d6b6bb7-de71-4623-b4af-96380a352509",
  "Authentication Administrator": "c4e39bd9-1100-46d3-8c65-fb160da0071f",
  "Directory Readers": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
  "Directory Writers": "9360feb5-f418-4baa-8175-e2a00bac4301",
  "Groups Administrator": "fdd7a751-b60b-444a-984c-02652fe8fa1c",
  "License Administrator": "4d6ac14f-3453-41d0-bef9-a3e0c569773a",
  "Password Administrator": "966707d0-3269-4727-9be2-8c3a10f19b9d",
  "Privileged Authentication Administrator": "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
  "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
  "User Administrator": "fe930be7-5e62-47db-91af-98c3a49a38b1",
};
