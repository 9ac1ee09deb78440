import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  leaderboard: defineTable({ game: v.string(), username: v.string(), score: v.number() }),
  songs: defineTable({ title: v.string() }),
  photos: defineTable({ album: v.string(), url: v.string() }).index("by_album_creation_time", ["album"]),
});
