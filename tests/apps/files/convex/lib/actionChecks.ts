/** What actions do with files, for both runtimes. */
import type { GenericActionCtx, GenericDataModel } from "convex/server";

type Ctx = GenericActionCtx<GenericDataModel>;

interface Args {
  readonly text?: string;
  readonly storageId?: string;
  readonly size?: number;
  readonly type?: string;
  readonly sha256?: string;
}

export async function store(ctx: Ctx, { text = "", type, sha256 }: Args): Promise<string> {
  return await ctx.storage.store(new Blob([text], type === undefined ? {} : { type }), sha256 === undefined ? undefined : { sha256 });
}

export async function storeLarge(ctx: Ctx, { size = 0 }: Args): Promise<string> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31) & 255;
  return await ctx.storage.store(new Blob([bytes], { type: "application/x-large" }));
}

export async function storeWrong(ctx: Ctx, { text }: Args): Promise<string> {
  const values: Record<string, unknown> = { text: "text", nothing: undefined, bytes: new Uint8Array(3), streamOwner: { stream: () => new ReadableStream() } };
  return await ctx.storage.store(values[text!] as Blob);
}

export async function get(ctx: Ctx, { storageId }: Args): Promise<object | null> {
  const blob = await ctx.storage.get(storageId!);
  return blob === null ? null : { isBlob: blob instanceof Blob, size: blob.size, type: blob.type, text: await blob.text() };
}

export async function getWithout(ctx: Ctx): Promise<unknown> {
  return await (ctx.storage.get as () => Promise<unknown>)();
}

export async function copy(ctx: Ctx, { storageId }: Args): Promise<string> {
  return await ctx.storage.store((await ctx.storage.get(storageId!))!);
}

export async function describe(ctx: Ctx, { storageId }: Args): Promise<object> {
  return { url: await ctx.storage.getUrl(storageId!), metadata: await ctx.storage.getMetadata(storageId!) };
}

export async function remove(ctx: Ctx, { storageId }: Args): Promise<void> {
  await ctx.storage.delete(storageId!);
}

export async function uploadUrl(ctx: Ctx): Promise<string> {
  return await ctx.storage.generateUploadUrl();
}

export async function storeUnawaited(ctx: Ctx, { text = "" }: Args): Promise<string> {
  void ctx.storage.store(new Blob([text])).catch(() => undefined);
  return "answered";
}
