"use client";
/** Brings a file to the deployment's storage: an address that is good once, then the bytes, straight there. */
import { useMutation } from "convex/react";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { lmsError } from "@/convex/model/errors";
import { FILE_BYTES_MAX } from "@/convex/model/limits";

export function useUpload(assignmentId: Id<"assignments">) {
  const generateUploadUrl = useMutation(api.submissions.generateUploadUrl);
  return async (file: File): Promise<{ storageId: Id<"_storage">; name: string }> => {
    if (file.size > FILE_BYTES_MAX) throw lmsError("LIMIT_REACHED", `A file may have ${FILE_BYTES_MAX / 1024 / 1024} MiB. Hand in a smaller one.`);
    const response = await fetch(await generateUploadUrl({ assignmentId }), { method: "POST", headers: { "Content-Type": file.type || "application/octet-stream" }, body: file });
    if (!response.ok) throw new Error(`The upload was answered with status ${response.status}.`);
    const { storageId } = (await response.json()) as { storageId: Id<"_storage"> };
    return { storageId, name: file.name };
  };
}
