/** Agents as their documentation uses them: https://docs.convex.dev/agents. */
import { Agent, abortStream, createThread, createTool, getFile, listMessages, listStreams, listUIMessages, saveMessage, searchThreadTitles, stepCountIs, storeFile, syncStreams, vStreamArgs } from "@convex-dev/agent";
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { z } from "zod";
import { components, internal } from "./_generated/api.js";
import { action, internalAction, internalMutation, mutation, query } from "./_generated/server.js";
import { embeddingModel, languageModel } from "./models.js";

const add = createTool({
  description: "Adds two numbers",
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  execute: async (ctx, { a, b }): Promise<string> => {
    await ctx.runMutation(internal.chat.noteUsage, { agent: `tool in ${ctx.threadId === undefined ? "no thread" : "a thread"} of ${ctx.userId ?? "nobody"}`, total: a + b });
    return String(a + b);
  },
});

export const agent = new Agent(components.agent, {
  name: "Parrot",
  languageModel,
  instructions: "Repeat.",
  tools: { add },
  stopWhen: stepCountIs(3),
  usageHandler: async (ctx, { agentName, usage }) => void (await ctx.runMutation(internal.chat.noteUsage, { agent: agentName ?? "", total: usage.totalTokens ?? 0 })),
});

/** The same with a memory that is searched by words and by meaning. */
const scholar = new Agent(components.agent, {
  name: "Scholar",
  languageModel,
  embeddingModel,
  contextOptions: { recentMessages: 0, searchOptions: { limit: 2, textSearch: true, vectorSearch: true, messageRange: { before: 0, after: 0 } } },
});

const approving = new Agent(components.agent, {
  name: "Careful",
  languageModel,
  tools: { add: createTool({ description: "Adds, when somebody agrees", inputSchema: z.object({ a: z.number(), b: z.number() }), needsApproval: true, execute: async (_ctx, { a, b }): Promise<string> => String(a + b) }) },
  stopWhen: stepCountIs(3),
});

export const noteUsage = internalMutation({ args: { agent: v.string(), total: v.number() }, handler: async (ctx, args) => void (await ctx.db.insert("usage", args)) });
export const usages = query({ args: {}, handler: async (ctx) => (await ctx.db.query("usage").collect()).map(({ agent: name, total }) => ({ agent: name, total })) });

export const openGate = mutation({ args: { name: v.string() }, handler: async (ctx, args) => void (await ctx.db.insert("gates", args)) });
export const isOpen = query({ args: { name: v.string() }, handler: async (ctx, { name }) => (await ctx.db.query("gates").withIndex("by_name", (q) => q.eq("name", name)).first()) !== null });

export const newThread = mutation({ args: { userId: v.optional(v.string()), title: v.optional(v.string()) }, handler: async (ctx, args) => await createThread(ctx, components.agent, args) });
export const threads = query({ args: { userId: v.string(), paginationOpts: paginationOptsValidator }, handler: async (ctx, args) => await ctx.runQuery(components.agent.threads.listThreadsByUserId, args) });
export const threadsTitled = query({ args: { userId: v.optional(v.string()), query: v.string() }, handler: async (ctx, args) => (await searchThreadTitles(ctx, components.agent, args)).map(({ title }) => title) });
export const rename = mutation({ args: { threadId: v.string(), title: v.string() }, handler: async (ctx, { threadId, title }) => void (await agent.updateThreadMetadata(ctx, { threadId, patch: { title } })) });
export const metadata = query({ args: { threadId: v.string() }, handler: async (ctx, args) => await agent.getThreadMetadata(ctx, args) });
export const removeThread = action({ args: { threadId: v.string() }, handler: async (ctx, args) => await agent.deleteThreadSync(ctx, args) });
export const removeThreadLater = mutation({ args: { threadId: v.string() }, handler: async (ctx, args) => void (await agent.deleteThreadAsync(ctx, args)) });

const ask = { threadId: v.string(), prompt: v.string(), userId: v.optional(v.string()) };

export const generate = action({
  args: ask,
  handler: async (ctx, { threadId, prompt, userId }) => {
    const { thread } = await agent.continueThread(ctx, { threadId, userId });
    const result = await thread.generateText({ prompt });
    return { text: result.text, order: result.order, steps: result.steps.length };
  },
});
export const generateObject = action({
  args: ask,
  handler: async (ctx, { threadId, prompt }) => {
    const { thread } = await agent.continueThread(ctx, { threadId });
    return (await thread.generateObject({ prompt, schema: z.object({ asked: z.string(), length: z.number() }) })).object;
  },
});
export const remember = action({
  args: ask,
  handler: async (ctx, { threadId, prompt, userId }) => {
    const context = await scholar.fetchContextMessages(ctx, { threadId, userId, searchText: prompt, contextOptions: scholar.options.contextOptions! });
    return context.map(({ text }) => text);
  },
});
export const learn = action({
  args: ask,
  handler: async (ctx, { threadId, prompt, userId }) => void (await scholar.saveMessage(ctx, { threadId, userId, prompt })),
});
export const searchOtherThreads = action({
  args: { threadId: v.string(), userId: v.string(), prompt: v.string(), textSearch: v.boolean(), vectorSearch: v.boolean() },
  handler: async (ctx, { threadId, userId, prompt, textSearch, vectorSearch }) => {
    const found = await scholar.fetchContextMessages(ctx, { threadId, userId, searchText: prompt, contextOptions: { recentMessages: 0, searchOtherThreads: true, searchOptions: { limit: 2, textSearch, vectorSearch, messageRange: { before: 0, after: 0 } } } });
    return found.map(({ text }) => text);
  },
});

/** As the documentation has it: the mutation saves the prompt at once and schedules the answer. */
export const send = mutation({
  args: ask,
  handler: async (ctx, { threadId, prompt, userId }) => {
    const { messageId } = await saveMessage(ctx, components.agent, { threadId, userId, prompt });
    await ctx.scheduler.runAfter(0, internal.chat.respond, { threadId, promptMessageId: messageId });
    return messageId;
  },
});
export const respond = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string() },
  handler: async (ctx, { threadId, promptMessageId }) => {
    await agent.streamText(ctx, { threadId }, { promptMessageId }, { saveStreamDeltas: { chunking: "word", throttleMs: 0 } });
  },
});
export const respondLater = agent.asTextAction({ stream: true });
export const saveMessages = agent.asSaveMessagesMutation();
export const abort = mutation({ args: { threadId: v.string(), order: v.number() }, handler: async (ctx, args) => await abortStream(ctx, components.agent, { ...args, reason: "enough" }) });

export const messages = query({
  args: { threadId: v.string(), paginationOpts: paginationOptsValidator, streamArgs: vStreamArgs },
  handler: async (ctx, args) => {
    const streams = await syncStreams(ctx, components.agent, { ...args, includeStatuses: ["streaming", "aborted"] });
    const paginated = await listUIMessages(ctx, components.agent, args);
    return { ...paginated, streams };
  },
});
export const plain = query({
  args: { threadId: v.string() },
  handler: async (ctx, { threadId }) => {
    const { page } = await listMessages(ctx, components.agent, { threadId, paginationOpts: { cursor: null, numItems: 100 }, statuses: ["success", "pending", "failed"] });
    return page.toReversed().map(({ message, text, status, order, stepOrder, tool, agentName, error }) => ({ role: message?.role ?? null, text: text ?? null, status, order, stepOrder, tool, agentName: agentName ?? null, error: error ?? null }));
  },
});
export const streams = query({ args: { threadId: v.string() }, handler: async (ctx, { threadId }) => (await listStreams(ctx, components.agent, { threadId, includeStatuses: ["streaming", "finished", "aborted"] })).map(({ status, order }) => ({ status, order })) });

export const askForApproval = action({
  args: ask,
  handler: async (ctx, { threadId, prompt }) => {
    const result = await approving.generateText(ctx, { threadId }, { prompt });
    const request = result.content.find((part) => part.type === "tool-approval-request");
    return request?.type === "tool-approval-request" ? request.approvalId : null;
  },
});
export const decide = action({
  args: { threadId: v.string(), approvalId: v.string(), approved: v.boolean() },
  handler: async (ctx, { threadId, approvalId, approved }) => {
    const { messageId } = approved ? await approving.approveToolCall(ctx, { threadId, approvalId }) : await approving.denyToolCall(ctx, { threadId, approvalId, reason: "no" });
    return (await approving.generateText(ctx, { threadId }, { promptMessageId: messageId })).text;
  },
});

export const sendFile = action({
  args: { threadId: v.string(), text: v.string() },
  handler: async (ctx, { threadId, text }) => {
    const { file } = await storeFile(ctx, components.agent, new Blob([text], { type: "text/plain" }), { filename: "note.txt" });
    const { filePart } = await getFile(ctx, components.agent, file.fileId);
    await saveMessage(ctx, components.agent, { threadId, message: { role: "user", content: [filePart, { type: "text", text: "see file" }] }, metadata: { fileIds: [file.fileId] } });
    return file;
  },
});
