import { defineTable, type Cells, type ComputerTable } from "./define-table";
import type { Computer } from "@/lib/simulator/hosts/computer";

/** Tables about the accounts of a computer and who sits at it. */
export const PEOPLE_TABLES: ComputerTable[] = [
  defineTable("users", "uid:int gid:int uid_signed:int gid_signed:int username description directory shell uuid type is_hidden:int", listUsers),
  defineTable("groups", "gid:int gid_signed:int groupname comment is_hidden:int", ({ identity }) =>
    identity.platform === "darwin"
      ? [
          { gid: 20, gid_signed: 20, groupname: "staff" },
          { gid: 80, gid_signed: 80, groupname: "admin" },
          { gid: 0, gid_signed: 0, groupname: "wheel" },
        ]
      : [
          { gid: 1000, gid_signed: 1000, groupname: identity.owner.username },
          { gid: 0, gid_signed: 0, groupname: "root" },
          { gid: 544, gid_signed: 544, groupname: "Administrators" },
        ],
  ),
  defineTable("user_groups", "uid:int gid:int", ({ identity }) =>
    identity.platform === "darwin"
      ? [
          { uid: 501, gid: 20 },
          { uid: 501, gid: 80 },
        ]
      : [{ uid: 1000, gid: 1000 }],
  ),
  defineTable("logged_in_users", "type user tty host time:int pid:int sid registry_hive", ({ state, identity, bootedAt }) =>
    state.signedInUser === ""
      ? []
      : [
          {
            type: "user",
            user: state.signedInUser,
            tty: identity.platform === "darwin" ? "console" : "tty2",
            host: "",
            time: Math.floor(bootedAt / 1000) + 60,
            pid: 388,
            sid: "",
            registry_hive: "",
          },
        ],
  ),
  defineTable("last", "username tty pid:int type:int type_name time:int host", ({ state, bootedAt }) =>
    state.signedInUser === ""
      ? []
      : [{ username: state.signedInUser, tty: "console", pid: 388, type: 7, type_name: "user-process", time: Math.floor(bootedAt / 1000) + 60, host: "" }],
  ),
];

function listUsers({ identity, state }: Computer): Cells[] {
  const mac = identity.platform === "darwin";
  const person = (uid: number, username: string, description: string): Cells => ({
    uid,
    uid_signed: uid,
    gid: mac ? 20 : uid,
    gid_signed: mac ? 20 : uid,
    username,
    description,
    type: identity.platform === "windows" ? "local" : "",
    is_hidden: 0,
    directory: mac ? `/Users/${username}` : identity.platform === "windows" ? `C:\\Users\\${username}` : `/home/${username}`,
    shell: mac ? "/bin/zsh" : identity.platform === "windows" ? "C:\\Windows\\system32\\cmd.exe" : "/bin/bash",
    uuid: `FFFFEEEE-DDDD-CCCC-BBBB-AAAA00000${uid}`,
  });
  const users: Cells[] = [
    {
      uid: 0,
      uid_signed: 0,
      gid: 0,
      gid_signed: 0,
      username: "root",
      description: "System Administrator",
      directory: "/var/root",
      shell: "/bin/sh",
      uuid: "FFFFEEEE-DDDD-CCCC-BBBB-AAAA00000000",
      type: "",
      is_hidden: 0,
    },
    {
      uid: 248,
      uid_signed: 248,
      gid: 248,
      gid_signed: 248,
      username: "_mdmclient",
      description: "Device management",
      directory: "/var/empty",
      shell: "/usr/bin/false",
      uuid: "FFFFEEEE-DDDD-CCCC-BBBB-AAAA000000F8",
      type: "",
      is_hidden: 1,
    },
    person(mac ? 501 : 1000, identity.owner.username, identity.owner.fullName),
  ];
  if (state.signedInUser !== "" && state.signedInUser !== identity.owner.username) users.push(person(mac ? 502 : 1001, state.signedInUser, state.signedInUser));
  return users;
}
