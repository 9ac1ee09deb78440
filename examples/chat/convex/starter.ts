/** The rooms and opening messages that `rooms.seed` puts into an empty deployment. */

interface StarterRoom {
  name: string;
  messages: { author: string; body: string }[];
}

export const STARTER_ROOMS: StarterRoom[] = [
  {
    name: "General",
    messages: [
      { author: "Ada", body: "Welcome! Whatever you write here appears for everyone at once." },
      { author: "Ada", body: "Open a second window and try it: there is no refresh button, and no polling either." },
      { author: "Grace", body: "The list is a live query. The server runs it again when a message changes it." },
    ],
  },
  {
    name: "Ideas",
    messages: [
      { author: "Linus", body: "Things we could add: reactions, threads, typing indicators." },
      { author: "Grace", body: "Typing indicators first. They are the ones people miss." },
    ],
  },
  {
    name: "Random",
    messages: [{ author: "Margaret", body: "For everything that belongs nowhere else." }],
  },
];
