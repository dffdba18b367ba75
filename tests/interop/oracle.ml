(* Drives the real Netshm by commands on standard input, one answer a line.

   A name is file:PATH or posix:PATH,/OBJECT. A value is its words with commas
   between them, or - when it has none. A failed command answers
   "! EXCEPTION". The commands:

     open NAME PAGESIZE INIT LOCKING   INIT may be -, LOCKING is none or record
     close
     add KEY VALUE        replace KEY VALUE    find KEY     find_all KEY
     mem KEY              remove KEY           length
     iter                 all bindings as KEY=VALUE, ordered by key, newest first
     iter_keys            all bound keys, ordered
     read_blocks KEY      fragments with | between them, ; after each binding
     write_remove KEY N   removes the binding of age N (0 is the newest)
     write_edit KEY N WORD VALUE   sets one word of the binding of age N
     increment KEY        in a group: adds 1 to the first word, or binds it to 1
     hold_reader KEY      answers "reading" from within the newest binding, and
                          stays there until the next line *)

open Netshm

let table : (shm_descr * shm_table) option ref = ref None

let opened () =
  match !table with Some (_, t) -> t | None -> failwith "no table is open"

let parse_name text =
  match String.index_opt text ':' with
  | Some 4 when String.sub text 0 4 = "file" ->
    `File (String.sub text 5 (String.length text - 5))
  | Some 5 when String.sub text 0 5 = "posix" ->
    let comma = String.rindex text ',' in
    `POSIX (String.sub text 6 (comma - 6),
            String.sub text (comma + 1) (String.length text - comma - 1))
  | _ -> failwith ("not a name: " ^ text)

let parse_value = function
  | "-" -> bigarray [||]
  | text ->
    let words = List.map Int32.of_string (String.split_on_char ',' text) in
    Bigarray.Array1.of_array Bigarray.int32 Bigarray.c_layout
      (Array.of_list words)

let format_value value =
  if Bigarray.Array1.dim value = 0 then "-"
  else
    List.init (Bigarray.Array1.dim value) (fun i -> Int32.to_string value.{i})
    |> String.concat ","

let format_values values = String.concat " " (List.map format_value values)

let open_table name pagesize init locking =
  let memory =
    open_shm (parse_name name) [ Unix.O_RDWR; Unix.O_CREAT ] 0o600 in
  let locking =
    match locking with
    | "none" -> `No_locking
    | "record" -> `Record_locking
    | other -> failwith ("not a locking method: " ^ other) in
  let init = if init = "-" then None else Some (int_of_string init) in
  let pagesize = int_of_string pagesize in
  table := Some (memory, manage ~pagesize ?init locking memory)

let close_table () =
  match !table with
  | None -> failwith "no table is open"
  | Some (memory, _) -> table := None; close_shm memory

let dump () =
  fold (fun key value rest -> (key, value) :: rest) (opened ()) []
  |> List.rev
  |> List.stable_sort (fun (a, _) (b, _) -> Int32.compare a b)
  |> List.map (fun (key, value) -> Int32.to_string key ^ "=" ^ format_value value)
  |> String.concat " "

let keys () =
  let found = ref [] in
  iter_keys (fun key -> found := key :: !found) (opened ());
  List.sort Int32.compare !found |> List.map Int32.to_string |> String.concat " "

let fragments key =
  let text = Buffer.create 100 in
  let is_first = ref true in
  read_blocks (opened ()) key (function
    | Some fragment ->
      if not !is_first then Buffer.add_char text '|';
      is_first := false;
      Buffer.add_string text (format_value fragment)
    | None ->
      is_first := true;
      Buffer.add_char text ';');
  Buffer.contents text

let remove_binding key age =
  let passed = ref 0 and removed = ref false in
  write_blocks (opened ()) [ `Remove_binding ] key (fun fragment ->
      if !removed then raise Break
      else if fragment <> None && !passed = age then (
        removed := true;
        `Remove_binding)
      else (
        if fragment = None then incr passed;
        `Nop));
  string_of_bool !removed

let edit_binding key age word value =
  let passed = ref 0 and start = ref 0 and edited = ref false in
  write_blocks (opened ()) [] key (function
    | None -> incr passed; start := 0; `Nop
    | Some fragment ->
      let length = Bigarray.Array1.dim fragment in
      let position = word - !start in
      if !passed = age && position >= 0 && position < length then (
        fragment.{position} <- value;
        edited := true);
      start := !start + length;
      `Nop);
  string_of_bool !edited

let increment key =
  let t = opened () in
  group t (fun () ->
      let value = try find t key with Not_found -> bigarray [| 0 |] in
      value.{0} <- Int32.succ value.{0};
      replace t key value;
      Int32.to_string value.{0}) ()

let hold_reader key =
  read_blocks (opened ()) key (fun _ ->
      print_endline "reading";
      ignore (read_line ());
      raise Break);
  "read"

let remove_newest key =
  let t = opened () in
  let was_bound = mem t key in
  remove t key;
  string_of_bool was_bound

let answer line =
  let key = Int32.of_string and int = int_of_string in
  match String.split_on_char ' ' line with
  | [ "open"; name; pagesize; init; locking ] ->
    open_table name pagesize init locking; "ok"
  | [ "close" ] -> close_table (); "ok"
  | [ "add"; k; v ] -> add (opened ()) (key k) (parse_value v); "ok"
  | [ "replace"; k; v ] -> replace (opened ()) (key k) (parse_value v); "ok"
  | [ "find"; k ] -> format_value (find (opened ()) (key k))
  | [ "find_all"; k ] -> format_values (find_all (opened ()) (key k))
  | [ "mem"; k ] -> string_of_bool (mem (opened ()) (key k))
  | [ "remove"; k ] -> remove_newest (key k)
  | [ "length" ] -> string_of_int (length (opened ()))
  | [ "iter" ] -> dump ()
  | [ "iter_keys" ] -> keys ()
  | [ "read_blocks"; k ] -> fragments (key k)
  | [ "write_remove"; k; age ] -> remove_binding (key k) (int age)
  | [ "write_edit"; k; age; word; value ] ->
    edit_binding (key k) (int age) (int word) (Int32.of_string value)
  | [ "increment"; k ] -> increment (key k)
  | [ "hold_reader"; k ] -> hold_reader (key k)
  | _ -> failwith ("not a command: " ^ line)

let () =
  try
    while true do
      let line = read_line () in
      print_endline (try answer line with error -> "! " ^ Printexc.to_string error)
    done
  with End_of_file -> ()
