/**
 * The tables, related by ids and read by indexes:
 *
 *     users ─┬─ courses ─┬─ lessons ───── progress, comments
 *            │           ├─ assignments ─ submissions ─ grades
 *            └───────────┴─ enrolments
 *
 * People are named by documents of `users`, never by tokens: whoever moves to another issuer changes one table. What many watch is apart
 * from what each save writes: a finished lesson writes the learner's own enrolment, and no course.
 */
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export const role = v.union(v.literal("teacher"), v.literal("learner"));

export default defineSchema({
  users: defineTable({
    /** `<issuer>|<subject>` of the tokens. */
    tokenIdentifier: v.string(),
    name: v.string(),
    role,
  }).index("by_tokenIdentifier", ["tokenIdentifier"]),

  courses: defineTable({
    teacherId: v.id("users"),
    title: v.string(),
    summary: v.string(),
    isPublished: v.boolean(),
    /** Published lessons. */
    lessonCount: v.number(),
    draftCount: v.number(),
    /** The place of the next lesson. */
    nextOrder: v.number(),
  })
    .index("by_teacher", ["teacherId"])
    .index("by_published", ["isPublished"]),

  lessons: defineTable({
    courseId: v.id("courses"),
    /** From 0; a lesson that was removed leaves a gap. */
    order: v.number(),
    title: v.string(),
    body: v.string(),
    isPublished: v.boolean(),
    /** Title and body: what is searched. */
    searchText: v.string(),
  })
    .index("by_course_order", ["courseId", "order"])
    .index("by_course_published_order", ["courseId", "isPublished", "order"])
    .searchIndex("search_text", { searchField: "searchText", filterFields: ["courseId", "isPublished"] }),

  enrolments: defineTable({
    courseId: v.id("courses"),
    userId: v.id("users"),
    /** How many of the learner's `progress` there are for this course. */
    finishedCount: v.number(),
  })
    .index("by_course_user", ["courseId", "userId"])
    .index("by_user", ["userId"]),

  /** A lesson that somebody has finished. */
  progress: defineTable({
    userId: v.id("users"),
    courseId: v.id("courses"),
    lessonId: v.id("lessons"),
  })
    .index("by_user_course", ["userId", "courseId"])
    .index("by_user_lesson", ["userId", "lessonId"])
    .index("by_lesson", ["lessonId"]),

  assignments: defineTable({
    courseId: v.id("courses"),
    title: v.string(),
    instructions: v.string(),
    pointsMax: v.number(),
    /** Milliseconds since 1970; null for no end. */
    dueAt: v.union(v.number(), v.null()),
  }).index("by_course", ["courseId"]),

  submissions: defineTable({
    assignmentId: v.id("assignments"),
    courseId: v.id("courses"),
    userId: v.id("users"),
    text: v.string(),
    file: v.union(v.object({ storageId: v.id("_storage"), name: v.string(), bytes: v.number() }), v.null()),
    submittedAt: v.number(),
    isLate: v.boolean(),
    isGraded: v.boolean(),
  })
    .index("by_assignment_user", ["assignmentId", "userId"])
    .index("by_assignment_graded", ["assignmentId", "isGraded", "submittedAt"])
    .index("by_file", ["file.storageId"]),

  grades: defineTable({
    submissionId: v.id("submissions"),
    assignmentId: v.id("assignments"),
    courseId: v.id("courses"),
    userId: v.id("users"),
    points: v.number(),
    feedback: v.string(),
    gradedAt: v.number(),
  })
    .index("by_submission", ["submissionId"])
    .index("by_course", ["courseId"]),

  comments: defineTable({
    lessonId: v.id("lessons"),
    userId: v.id("users"),
    body: v.string(),
  }).index("by_lesson", ["lessonId"]),
});
